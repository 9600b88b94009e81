package starling.router.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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

/** A Paho client that gathers what it receives, for tests. */
public final class TestClient implements AutoCloseable {

    public static final long PATIENCE_MILLIS = 20_000;

    public record Received(String topic, byte[] payload, boolean retained) {
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    public final LinkedBlockingQueue<Received> received = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<Integer> disconnects = new LinkedBlockingQueue<>();
    public final MqttConnectionOptions options = new MqttConnectionOptions();
    public final MqttAsyncClient paho;

    public TestClient(String uri, String clientId) throws MqttException {
        paho = new MqttAsyncClient(uri, clientId, new MemoryPersistence());
        options.setCleanStart(true);
        options.setAutomaticReconnect(false);
        options.setConnectionTimeout(10);
        if (uri.startsWith("tcp:")) {
            options.setSocketFactory(new NoDelay());
        }
        paho.setCallback(new Gatherer());
    }

    /** Connects as a user whose client id is its name. */
    public static TestClient connected(String uri, String user, String password) throws MqttException {
        TestClient client = new TestClient(uri, user).as(user, password);
        client.connect();
        return client;
    }

    public TestClient as(String user, String password) {
        options.setUserName(user);
        options.setPassword(password.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public IMqttToken connect() throws MqttException {
        IMqttToken token = paho.connect(options);
        token.waitForCompletion(PATIENCE_MILLIS);
        return token;
    }

    /** The reason code with which an attempt to connect fails. */
    public int refusal() {
        try {
            connect();
        } catch (MqttException e) {
            return e.getReasonCode();
        }
        return 0;
    }

    /** Publishes with QoS 1 and returns the reason code of the acknowledgement. */
    public int publish(String topic, String text) throws MqttException {
        return publish(topic, text.getBytes(StandardCharsets.UTF_8), 1, false);
    }

    public int publish(String topic, byte[] payload, int qos, boolean retained) throws MqttException {
        IMqttToken token = paho.publish(topic, payload, qos, retained);
        try {
            token.waitForCompletion(PATIENCE_MILLIS);
        } catch (MqttException e) {
            return e.getReasonCode();
        }
        return qos == 0 ? 0 : token.getReasonCodes()[0];
    }

    /** Subscribes and returns the reason code: the quality of service granted, or 128 and more. */
    public int subscribe(String filter, int qos) throws MqttException {
        IMqttToken token = paho.subscribe(filter, qos);
        try {
            token.waitForCompletion(PATIENCE_MILLIS);
        } catch (MqttException e) {
            int[] codes = token.getReasonCodes();
            return codes == null || codes.length == 0 ? e.getReasonCode() : codes[0];
        }
        return token.getReasonCodes()[0];
    }

    public Received next() throws InterruptedException {
        Received message = received.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (message == null) {
            throw new AssertionError("nothing came");
        }
        return message;
    }

    /** The reason code of the DISCONNECT packet with which the broker ends the connection. */
    int disconnectReason() throws InterruptedException {
        Integer code = disconnects.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (code == null) {
            throw new AssertionError("the connection still stands");
        }
        return code;
    }

    @Override
    public void close() throws MqttException {
        try {
            if (paho.isConnected()) {
                paho.disconnect().waitForCompletion(PATIENCE_MILLIS);
            }
        } catch (MqttException e) {
            paho.disconnectForcibly(0, 0, false);
        }
        paho.close(true);
    }

    private final class Gatherer implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            received.add(new Received(topic, message.getPayload(), message.isRetained()));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            disconnects.add(response.getReturnCode());
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, @Nullable String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, @Nullable MqttProperties properties) {}
    }

    /** Without this a QoS 1 round trip waits for delayed acknowledgements of TCP. */
    private static final class NoDelay extends SocketFactory {
        @Override
        public Socket createSocket() throws IOException {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            throw new UnsupportedOperationException();
        }
    }
}
