package starling.link.mqtt;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The socket given to Paho: TCP_NODELAY (without it a QoS 1 ping-pong takes 40 ms and more), TLS on top where wanted, with the host name
 * compared, a deadline for connecting and shaking hands, and a {@link PacketGuard} on what comes in.
 */
final class BrokerSocket extends Socket {

    /** How long the receiver sleeps at most before it looks whether it has to stop; Paho would take a second. */
    private static final int LONGEST_READ_MILLIS = 250;

    private final BrokerAddress address;
    private final @Nullable SSLContext tls;
    private final int connectMillis;
    private final int maxPacketBytes;
    private final Socket plain = new Socket();
    private volatile Socket wire = plain;
    private volatile @Nullable InputStream guarded;

    private BrokerSocket(BrokerAddress address, @Nullable SSLContext tls, int connectMillis, int maxPacketBytes) {
        this.address = address;
        this.tls = tls;
        this.connectMillis = connectMillis;
        this.maxPacketBytes = maxPacketBytes;
    }

    /** Makes one socket per attempt; Paho asks for unconnected ones only. */
    static SocketFactory factory(
            BrokerAddress address, @Nullable SSLContext tls, int connectMillis, int maxPacketBytes) {
        return new Factory(address, tls, connectMillis, maxPacketBytes);
    }

    @Override
    public void connect(SocketAddress ignored, int alsoIgnored) throws IOException {
        try {
            plain.setTcpNoDelay(true);
            plain.connect(new InetSocketAddress(address.host(), address.port()), connectMillis);
            if (tls != null) {
                SSLSocket layered =
                        (SSLSocket) tls.getSocketFactory().createSocket(plain, address.host(), address.port(), true);
                SSLParameters parameters = layered.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                layered.setSSLParameters(parameters);
                layered.setSoTimeout(connectMillis);
                layered.startHandshake();
                wire = layered;
            }
            guarded = new PacketGuard(new BufferedInputStream(wire.getInputStream()), maxPacketBytes);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream in = guarded;
        if (in == null) {
            throw new SocketException("not connected");
        }
        return in;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return wire.getOutputStream();
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        wire.setSoTimeout(Math.min(millis, LONGEST_READ_MILLIS));
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return plain.getTcpNoDelay();
    }

    @Override
    public void shutdownInput() {
        // Closing follows at once, and with TLS this would throw.
    }

    @Override
    public synchronized void close() throws IOException {
        // The plain socket: closing the TLS one waits for a write that is stuck. MQTT has a good-bye of its own.
        plain.close();
    }

    private static final class Factory extends SocketFactory {
        private final BrokerAddress address;
        private final @Nullable SSLContext tls;
        private final int connectMillis;
        private final int maxPacketBytes;

        Factory(BrokerAddress address, @Nullable SSLContext tls, int connectMillis, int maxPacketBytes) {
            this.address = address;
            this.tls = tls;
            this.connectMillis = connectMillis;
            this.maxPacketBytes = maxPacketBytes;
        }

        @Override
        public Socket createSocket() {
            return new BrokerSocket(address, tls, connectMillis, maxPacketBytes);
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw new SocketException("only unconnected sockets are made here");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            throw new SocketException("only unconnected sockets are made here");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            throw new SocketException("only unconnected sockets are made here");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            throw new SocketException("only unconnected sockets are made here");
        }
    }
}
