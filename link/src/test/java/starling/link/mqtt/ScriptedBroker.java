package starling.link.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A port that plays a broker by a script, byte for byte: for what no well-behaved broker does. */
final class ScriptedBroker implements AutoCloseable {

    static final int CONNECT = 1;
    static final int PUBLISH = 3;
    static final int SUBSCRIBE = 8;
    static final int PINGREQ = 12;

    /** What happens on the n-th connection, from 1. */
    @FunctionalInterface
    interface Script {
        void play(Line line, int number) throws IOException;
    }

    /** A packet as it came: type, flags, and all after the fixed header. */
    record Packet(int type, int flags, byte[] body) {

        /** The packet identifier of a SUBSCRIBE, or of a PUBLISH at QoS 1. */
        int id() {
            int at = type == PUBLISH ? 2 + ((body[0] & 0xFF) << 8 | (body[1] & 0xFF)) : 0;
            return (body[at] & 0xFF) << 8 | (body[at + 1] & 0xFF);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();

    ScriptedBroker(Script script) throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    sockets.add(socket);
                    int number = connections.incrementAndGet();
                    start(() -> play(script, socket, number));
                } catch (IOException e) {
                    // Closed.
                }
            }
        });
    }

    BrokerAddress address() {
        return new BrokerAddress("127.0.0.1", listener.getLocalPort(), false);
    }

    /** How many connections were made. */
    int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static void play(Script script, Socket socket, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.play(new Line(socket), number);
        } catch (IOException e) {
            // The client has gone.
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "scripted-broker");
        thread.setDaemon(true);
        thread.start();
    }

    /** One connection. */
    static final class Line {
        private final Socket socket;
        private final DataInputStream in;

        Line(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(socket.getInputStream());
        }

        /** The next packet. */
        Packet read() throws IOException {
            int first = in.readUnsignedByte();
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                int next = in.readUnsignedByte();
                length |= (next & 0x7F) << shift;
                if (next < 128) {
                    break;
                }
            }
            byte[] body = new byte[length];
            in.readFully(body);
            return new Packet(first >> 4, first & 15, body);
        }

        /** The next packet that is not a ping; pings are answered. */
        Packet readPastPings() throws IOException {
            while (true) {
                Packet packet = read();
                if (packet.type != PINGREQ) {
                    return packet;
                }
                send("d000");
            }
        }

        void send(String hex) throws IOException {
            socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
        }

        /** Reads CONNECT and answers with success and these properties. */
        void accept(String properties) throws IOException {
            if (read().type != CONNECT) {
                throw new EOFException("no CONNECT");
            }
            int length = properties.replace(" ", "").length() / 2;
            send(String.format("20 %02x 00 00 %02x", 3 + length, length) + properties);
        }

        /** Sends a PUBLISH at QoS 1. */
        void publish(String topic, String payload, int id, boolean duplicate) throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.write(0);
            body.write(topic.length());
            body.writeBytes(topic.getBytes(StandardCharsets.US_ASCII));
            body.write(id >> 8);
            body.write(id);
            body.write(0);
            body.writeBytes(payload.getBytes(StandardCharsets.US_ASCII));
            send((duplicate ? "3a" : "32")
                    + String.format("%02x", body.size())
                    + HexFormat.of().formatHex(body.toByteArray()));
        }

        void acknowledgePublish(Packet publish) throws IOException {
            send(String.format("40 02 %04x", publish.id()));
        }

        void answerSubscribe(Packet subscribe, int code) throws IOException {
            send(String.format("90 04 %04x 00 %02x", subscribe.id(), code));
        }

        /** Goes on reading until the client leaves; pings are answered, nothing else. */
        void idle() throws IOException {
            while (true) {
                readPastPings();
            }
        }
    }
}
