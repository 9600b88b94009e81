package starling.experiments.exchange;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.SocketFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * The rival: two Eclipse Paho MQTT 5 clients and nothing else, one sending pings and one sending each back, QoS 1, TCP_NODELAY. Both publish in
 * the very callback that brings a message, which is the least a program on Paho can do.
 */
final class BarePaho implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 60_000;
    private static final String PING = "bare/ping";
    private static final String ECHO = "bare/echo";

    private final MqttAsyncClient pinger;
    private final MqttAsyncClient echoer;
    private final byte[] payload;
    private volatile @Nullable Trips trips;

    /** Connects both to a broker on loopback; every message will have {@code bytes} bytes. */
    BarePaho(int port, int bytes) {
        payload = new byte[bytes];
        try {
            String broker = "tcp://127.0.0.1:" + port;
            echoer = new MqttAsyncClient(broker, "bare-echoer", new MemoryPersistence());
            pinger = new MqttAsyncClient(broker, "bare-pinger", new MemoryPersistence());
            connect(echoer, PING, message -> publish(echoer, ECHO, message.getPayload()));
            connect(pinger, ECHO, message -> {
                Trips running = trips;
                if (running != null) {
                    running.came();
                }
            });
        } catch (MqttException e) {
            throw new UnfitException("two bare clients must be able to connect: " + e.getMessage(), e);
        }
    }

    /** Nanoseconds from each of {@code count} pings to its echo, one at a time. */
    long[] roundTrips(int count) {
        Trips running = new Trips(count);
        trips = running;
        running.next();
        try {
            return running.done.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("interrupted in bare round trips", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new UnfitException("bare round trips must come to an end: " + e, e);
        }
    }

    private final class Trips {
        private final long[] nanos;
        private final CompletableFuture<long[]> done = new CompletableFuture<>();
        private int next;
        private volatile long sent;

        Trips(int count) {
            nanos = new long[count];
        }

        void next() {
            sent = System.nanoTime();
            try {
                publish(pinger, PING, payload);
            } catch (MqttException e) {
                done.completeExceptionally(e);
            }
        }

        void came() {
            nanos[next++] = System.nanoTime() - sent;
            if (next < nanos.length) {
                next();
            } else {
                done.complete(nanos);
            }
        }
    }

    private static void publish(MqttAsyncClient client, String topic, byte[] bytes) throws MqttException {
        MqttMessage message = new MqttMessage(bytes);
        message.setQos(1);
        client.publish(topic, message);
    }

    private interface Arrival {
        void came(MqttMessage message) throws MqttException;
    }

    private static void connect(MqttAsyncClient client, String topic, Arrival arrival) throws MqttException {
        client.setCallback(new Callback(arrival));
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setAutomaticReconnect(false);
        options.setCleanStart(true);
        options.setSocketFactory(new NoDelay());
        client.connect(options).waitForCompletion(PATIENCE_MILLIS);
        client.subscribe(topic, 1).waitForCompletion(PATIENCE_MILLIS);
    }

    @Override
    public void close() {
        end(pinger);
        end(echoer);
    }

    private static void end(MqttAsyncClient client) {
        try {
            client.disconnect().waitForCompletion(PATIENCE_MILLIS);
            client.close();
        } catch (MqttException e) {
            throw new UnfitException("a bare client must be able to say good-bye: " + e.getMessage(), e);
        }
    }

    private record Callback(Arrival arrival) implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) throws MqttException {
            arrival.came(message);
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            // A round trip that does not end says it.
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            // A round trip that does not end says it.
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // The echo is what counts.
        }

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {
            // Connecting is waited for.
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // There is no extended authentication here.
        }
    }

    /** Plain sockets with TCP_NODELAY; Paho asks for unconnected ones. */
    private static final class NoDelay extends SocketFactory {
        @Override
        public Socket createSocket() throws IOException {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw new IOException("only unconnected sockets are made here");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            throw new IOException("only unconnected sockets are made here");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            throw new IOException("only unconnected sockets are made here");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            throw new IOException("only unconnected sockets are made here");
        }
    }
}
