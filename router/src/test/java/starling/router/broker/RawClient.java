package starling.router.broker;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Speaks MQTT 5 byte by byte, also wrongly. */
final class RawClient implements AutoCloseable {

    final Socket socket;
    private final DataInputStream in;

    /** A packet from the broker. */
    record Packet(int type, byte[] body) {
        /** The reason code of a DISCONNECT, or of a CONNACK, whose first byte is a flag. */
        int reason() {
            return (type == 2 ? body[1] : body[0]) & 0xff;
        }
    }

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) TestClient.PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    static RawClient connected(int port, String user, String password) throws IOException {
        RawClient client = new RawClient(port);
        client.send(connect(user, user, password, 0));
        Packet connack = client.read();
        if (connack == null || connack.type() != 2 || connack.reason() != 0) {
            throw new AssertionError("not accepted: " + connack);
        }
        return client;
    }

    void send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** The next packet, or null if the broker has closed the connection. */
    @Nullable
    Packet read() throws IOException {
        try {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            int length = 0;
            int shift = 0;
            int digit;
            do {
                digit = in.readUnsignedByte();
                length |= (digit & 0x7f) << shift;
                shift += 7;
            } while ((digit & 0x80) != 0);
            byte[] body = new byte[length];
            in.readFully(body);
            return new Packet(first >> 4, body);
        } catch (java.net.SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return null; // reset, which is an end too
        }
    }

    static byte[] connect(String clientId, @Nullable String user, @Nullable String password, int keepAlive) {
        return connect(5, clientId, user, password, keepAlive);
    }

    static byte[] connect(int level, String clientId, @Nullable String user, @Nullable String password, int keepAlive) {
        return packet(1, 0, out -> {
            text(out, "MQTT");
            out.writeByte(level);
            out.writeByte(2 | (user != null ? 0x80 : 0) | (password != null ? 0x40 : 0));
            out.writeShort(keepAlive);
            if (level >= 5) {
                out.writeByte(0);
            }
            text(out, clientId);
            if (user != null) {
                text(out, user);
            }
            if (password != null) {
                text(out, password);
            }
        });
    }

    static byte[] publish(int qos, int id, String topic, byte[] payload) {
        return packet(3, qos << 1, out -> {
            text(out, topic);
            if (qos > 0) {
                out.writeShort(id);
            }
            out.writeByte(0);
            out.write(payload);
        });
    }

    static byte[] subscribe(int id, int qos, String... filters) {
        return packet(8, 2, out -> {
            out.writeShort(id);
            out.writeByte(0);
            for (String filter : filters) {
                text(out, filter);
                out.writeByte(qos);
            }
        });
    }

    static byte[] puback(int id) {
        return packet(4, 0, out -> out.writeShort(id));
    }

    /** Writes the body of a packet. */
    interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    static byte[] packet(int type, int flags, Body body) {
        try {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            body.write(new DataOutputStream(content));
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.write(type << 4 | flags);
            int length = content.size();
            do {
                whole.write(length % 128 | (length > 127 ? 128 : 0));
                length /= 128;
            } while (length > 0);
            content.writeTo(whole);
            return whole.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
