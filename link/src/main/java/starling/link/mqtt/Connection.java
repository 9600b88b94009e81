package starling.link.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.SocketFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.MqttPingSender;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import starling.link.Credentials;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.SessionSettings;
import starling.link.Will;

/**
 * One connection, from the attempt to its end: one Paho client, used once, so that nothing of a former connection is left in it. What happens is told to
 * {@link Events} on Paho's threads.
 */
final class Connection implements Outbox.Wire {

    /** What becomes of a connection: at most one of connected and failed, and after connected at most once lost. */
    interface Events {
        void connected(Connection connection, int receiveMaximum, long maxPacketBytes);

        void failed(Connection connection, Throwable why);

        /** The connection has ended; the code is that of the broker's DISCONNECT, or -1. */
        void lost(Connection connection, int code, @Nullable Throwable why);

        void received(String topic, byte[] payload, boolean retained);
    }

    /** Paho logs passwords at level FINE, and stack traces for what is an ordinary loss; what matters is told by states and exceptions. */
    private static final Logger PAHO = Logger.getLogger("org.eclipse.paho.mqttv5");

    static {
        PAHO.setLevel(Level.OFF);
    }

    private final SessionSettings settings;
    private final Events events;
    private final MqttAsyncClient client;

    Connection(SessionSettings settings, ScheduledExecutorService pings, Events events) throws MqttException {
        this.settings = settings;
        this.events = events;
        // The address here is a formality: the socket knows where to go.
        this.client = new MqttAsyncClient(
                "tcp://broker:1883", settings.clientId(), new MemoryPersistence(), new Pings(pings), null);
        this.client.setCallback(new Callback());
    }

    /** Begins to connect; {@link Events#connected} or {@link Events#failed} follows. */
    void begin(SocketFactory sockets, @Nullable Will will) throws MqttException {
        client.connect(options(sockets, will), null, new MqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
                MqttProperties granted = token.getResponseProperties();
                Integer receiveMaximum = granted == null ? null : granted.getReceiveMaximum();
                Long maxPacketBytes = granted == null ? null : granted.getMaximumPacketSize();
                events.connected(
                        Connection.this,
                        receiveMaximum == null ? 65535 : receiveMaximum,
                        maxPacketBytes == null ? Long.MAX_VALUE : maxPacketBytes);
            }

            @Override
            public void onFailure(IMqttToken token, Throwable why) {
                events.failed(Connection.this, why);
            }
        });
    }

    private MqttConnectionOptions options(SocketFactory sockets, @Nullable Will will) {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setSocketFactory(sockets);
        options.setAutomaticReconnect(false);
        options.setCleanStart(true);
        options.setSessionExpiryInterval(0L);
        options.setKeepAliveInterval(
                Math.toIntExact(settings.timing().keepAlive().toSeconds()));
        options.setMaximumPacketSize((long) settings.limits().maxPacketBytes());
        options.setReceiveMaximum(Math.min(65535, settings.limits().maxInbound()));
        Credentials credentials = settings.credentials();
        if (credentials != null) {
            options.setUserName(credentials.user());
            options.setPassword(credentials.password().getBytes(StandardCharsets.UTF_8));
        }
        if (will != null) {
            MqttMessage message = new MqttMessage(will.payload());
            message.setQos(1);
            message.setRetained(will.retained());
            options.setWill(will.topic(), message);
        }
        return options;
    }

    @Override
    public void send(Outbox.Parcel parcel, Consumer<@Nullable LinkException> done) {
        LinkException why =
                publish(parcel.topic(), parcel.payload(), parcel.qos().level(), parcel.retained(), done);
        if (why != null) {
            throw why;
        }
    }

    /** Sends one message at QoS 1, past the outbox. */
    void send(String topic, byte[] payload, boolean retained, Consumer<@Nullable LinkException> done) {
        LinkException why = publish(topic, payload, 1, retained, done);
        if (why != null) {
            done.accept(why);
        }
    }

    private @Nullable LinkException publish(
            String topic, byte[] payload, int qos, boolean retained, Consumer<@Nullable LinkException> done) {
        MqttMessage message = new MqttMessage(payload);
        message.setQos(qos);
        message.setRetained(retained);
        try {
            client.publish(topic, message, null, new Outcome("publish on " + topic, done));
            return null;
        } catch (MqttException e) {
            return notSent("publish on " + topic, e);
        }
    }

    /** Asks for a subscription at QoS 1; the outcome comes on Paho's thread. */
    void subscribe(String filter, Consumer<@Nullable LinkException> done) {
        MqttSubscription[] wanted = {new MqttSubscription(filter, 1)};
        try {
            client.subscribe(wanted, null, new Outcome("subscribe to " + filter, done), new MqttProperties());
        } catch (MqttException e) {
            done.accept(notSent("subscribe to " + filter, e));
        }
    }

    /** Says good-bye to the broker; blocks. */
    void leave(long millis) {
        try {
            client.disconnect(0, null, null, 0, new MqttProperties()).waitForCompletion(millis);
        } catch (MqttException e) {
            // It is lost already, or does not take the good-bye: what remains to be done is the same.
        }
    }

    /** Ends the connection and its threads, if they have not ended yet; blocks for a moment. */
    void abandon() {
        try {
            client.disconnectForcibly(0, 1, false);
        } catch (MqttException e) {
            // It has ended already.
        }
    }

    private static LinkException notSent(String what, MqttException e) {
        return new LinkException(Reason.LOST, "the connection broke before it could " + what, e);
    }

    /** Turns Paho's tokens, with their reason codes, into outcomes. */
    private record Outcome(String what, Consumer<@Nullable LinkException> done) implements MqttActionListener {

        @Override
        public void onSuccess(IMqttToken token) {
            int[] codes = token.getReasonCodes();
            if (codes != null && codes.length > 0 && ReasonCodes.isFailure(codes[0])) {
                done.accept(ReasonCodes.refused(what, codes[0]));
            } else {
                done.accept(null);
            }
        }

        @Override
        public void onFailure(IMqttToken token, Throwable why) {
            done.accept(
                    new LinkException(Reason.LOST, "the connection was lost before the broker answered to " + what));
        }
    }

    private final class Callback implements MqttCallback {

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            MqttException why = response.getException();
            events.lost(Connection.this, why == null ? response.getReturnCode() : -1, why);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            events.received(topic, message.getPayload(), message.isRetained());
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            // The loss that follows says it.
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // Each message has a listener of its own.
        }

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {
            // The attempt has a listener of its own.
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // No extended authentication is used.
        }
    }

    /** Paho's keep-alive on a thread of ours; its own timer would keep the program from ending. */
    private static final class Pings implements MqttPingSender {
        private final ScheduledExecutorService timer;
        private @Nullable ClientComms comms;
        private @Nullable Future<?> next;

        Pings(ScheduledExecutorService timer) {
            this.timer = timer;
        }

        @Override
        public void init(ClientComms newComms) {
            comms = newComms;
        }

        @Override
        public void start() {
            if (comms != null) {
                schedule(comms.getKeepAlive());
            }
        }

        @Override
        public synchronized void stop() {
            if (next != null) {
                next.cancel(false);
            }
        }

        @Override
        public synchronized void schedule(long millis) {
            try {
                next = timer.schedule(this::check, Math.max(1, millis), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // The session has ended.
            }
        }

        private void check() {
            if (comms != null) {
                comms.checkForActivity();
            }
        }
    }
}
