package starling.link.mqtt;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why a port closes connections without a word. Many servers do so when they are spoken to with TLS and do not know it, or the other way
 * round. And with TLS 1.3 a client has shaken hands before the server looks at its certificate: what it sends next may break the connection
 * before the server's refusal is read. Nothing secret is sent here, and nothing that is answered is trusted.
 */
final class ProtocolProbe {

    /** CONNECT of MQTT 5: clean start, keep-alive 10 s, no properties, empty client id, no user. */
    private static final byte[] ANONYMOUS_CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 10, 0, 0, 0};

    private static final int CONNACK = 0x20;
    private static final int LONGEST_SILENCE_MILLIS = 2000;

    private final BrokerAddress address;
    private final int millis;

    ProtocolProbe(BrokerAddress address, int millis) {
        this.address = address;
        this.millis = millis;
    }

    /** Whether the port speaks the other way than the address says. */
    boolean speaksOtherwise() {
        try {
            return address.tls() ? speaksMqtt() : speaksTls();
        } catch (IOException | NoSuchAlgorithmException e) {
            return false;
        }
    }

    /** Why the server refuses this client after shaking hands with it; null if it does not say. */
    @Nullable
    SSLException refusal(SSLContext context) {
        try (Socket socket = connect();
                SSLSocket layered = (SSLSocket)
                        context.getSocketFactory().createSocket(socket, address.host(), address.port(), true)) {
            layered.setSoTimeout(Math.min(millis, LONGEST_SILENCE_MILLIS));
            layered.startHandshake();
            // Only listening: a server that is content waits for CONNECT.
            layered.getInputStream().read();
            return null;
        } catch (SSLException e) {
            return e;
        } catch (IOException e) {
            return null;
        }
    }

    private boolean speaksTls() throws IOException, NoSuchAlgorithmException {
        try (Socket socket = connect();
                SSLSocket layered = (SSLSocket) SSLContext.getDefault()
                        .getSocketFactory()
                        .createSocket(socket, address.host(), address.port(), true)) {
            layered.setSoTimeout(millis);
            layered.startHandshake();
            return true;
        } catch (SSLException e) {
            // An answer that is not trusted, or an alert, is an answer; the end of the stream or plain text is not.
            String message = String.valueOf(e.getMessage());
            boolean silent = e.getCause() instanceof EOFException || e.getCause() instanceof SocketException;
            return !silent && !message.contains("SSL message");
        }
    }

    private boolean speaksMqtt() throws IOException {
        try (Socket socket = connect()) {
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(ANONYMOUS_CONNECT);
            return socket.getInputStream().read() == CONNACK;
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address.host(), address.port()), millis);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
