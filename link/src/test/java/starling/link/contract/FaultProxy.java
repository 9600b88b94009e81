package starling.link.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy on loopback that can delay (with seeded jitter), slow down, stall, swallow one direction (as one-way loss does: the sender notices nothing), cut connections, and
 * refuse new ones. Bytes keep their order. Each direction of each connection has a reader and a writer thread.
 */
public final class FaultProxy implements AutoCloseable {

    /** A direction of flow. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    /** What is done to one direction. */
    private record Fault(long delayNanos, long jitterNanos, long bytesPerSecond, boolean stalled, boolean swallows) {
        private static final Fault NONE = new Fault(0, 0, Long.MAX_VALUE, false, false);
    }

    private record Chunk(byte[] bytes, long dueNanos) {}

    private static final Chunk END = new Chunk(new byte[0], 0);
    private static final int QUEUED_CHUNKS = 256;

    private final ServerSocket listener;
    private final int targetPort;
    private final SplittableRandom random;
    private final Map<Direction, Fault> faults = new EnumMap<>(Direction.class);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean refusing;
    private volatile boolean closed;

    /** A proxy for a port on loopback. */
    public FaultProxy(int targetPort, long seed) throws IOException {
        this.targetPort = targetPort;
        this.random = new SplittableRandom(seed);
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        clear();
        start("accept", this::accept);
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Takes all faults away; connections that were cut stay cut. */
    public synchronized void clear() {
        faults.put(Direction.TO_SERVER, Fault.NONE);
        faults.put(Direction.TO_CLIENT, Fault.NONE);
        refusing = false;
    }

    /** Delays what comes from now on by {@code millis}, and up to {@code jitterMillis} more. */
    public synchronized void delay(Direction direction, long millis, long jitterMillis) {
        Fault old = fault(direction);
        faults.put(
                direction,
                new Fault(millis * 1_000_000, jitterMillis * 1_000_000, old.bytesPerSecond, old.stalled, old.swallows));
    }

    /** Lets at most so many bytes through per second. */
    public synchronized void rate(Direction direction, long bytesPerSecond) {
        Fault old = fault(direction);
        faults.put(direction, new Fault(old.delayNanos, old.jitterNanos, bytesPerSecond, old.stalled, old.swallows));
    }

    /** Holds everything back until {@link #clear}. */
    public synchronized void stall(Direction direction) {
        Fault old = fault(direction);
        faults.put(direction, new Fault(old.delayNanos, old.jitterNanos, old.bytesPerSecond, true, old.swallows));
    }

    /** Swallows everything until {@link #clear}; connections that have lost bytes should be cut then. */
    public synchronized void swallow(Direction direction) {
        Fault old = fault(direction);
        faults.put(direction, new Fault(old.delayNanos, old.jitterNanos, old.bytesPerSecond, old.stalled, true));
    }

    /** Refuses new connections until {@link #clear}. */
    public void refuse() {
        refusing = true;
    }

    /** Cuts all connections. */
    public void cut() {
        for (Socket socket : sockets) {
            close(socket);
        }
    }

    /** How many ends of connections are open: two each. */
    public int openEnds() {
        return sockets.size();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        cut();
    }

    private synchronized Fault fault(Direction direction) {
        return faults.getOrDefault(direction, Fault.NONE);
    }

    private synchronized long due(Direction direction) {
        Fault fault = fault(direction);
        return System.nanoTime() + fault.delayNanos + (fault.jitterNanos == 0 ? 0 : random.nextLong(fault.jitterNanos));
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                // Closed, or the server is not there: the client sees its connection end.
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort), 5000);
        } catch (IOException e) {
            close(client);
            close(server);
            throw e;
        }
        sockets.add(client);
        sockets.add(server);
        pump(Direction.TO_SERVER, client, server);
        pump(Direction.TO_CLIENT, server, client);
    }

    private void pump(Direction direction, Socket from, Socket to) {
        BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(QUEUED_CHUNKS);
        start("read", () -> {
            try {
                InputStream in = from.getInputStream();
                byte[] buffer = new byte[16 * 1024];
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    queue.put(new Chunk(Arrays.copyOf(buffer, count), due(direction)));
                }
                queue.put(END);
            } catch (IOException e) {
                close(from);
                close(to);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        start("write", () -> {
            try {
                OutputStream out = to.getOutputStream();
                for (Chunk chunk = queue.take(); chunk.bytes.length > 0; chunk = queue.take()) {
                    pass(direction, chunk, out, to);
                }
            } catch (IOException e) {
                // The other side has ended.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                queue.clear();
                close(from);
                close(to);
            }
        });
    }

    private void pass(Direction direction, Chunk chunk, OutputStream out, Socket to) throws IOException {
        while (System.nanoTime() - chunk.dueNanos < 0 || fault(direction).stalled) {
            if (to.isClosed()) {
                throw new IOException("cut");
            }
            LockSupport.parkNanos(Math.max(100_000, Math.min(5_000_000, chunk.dueNanos - System.nanoTime())));
        }
        Fault fault = fault(direction);
        if (fault.swallows) {
            return;
        }
        if (fault.bytesPerSecond == Long.MAX_VALUE) {
            out.write(chunk.bytes);
        } else {
            int piece = (int) Math.max(1, Math.min(chunk.bytes.length, fault.bytesPerSecond / 50));
            for (int at = 0; at < chunk.bytes.length; at += piece) {
                int length = Math.min(piece, chunk.bytes.length - at);
                out.write(chunk.bytes, at, length);
                LockSupport.parkNanos(length * 1_000_000_000L / fault.bytesPerSecond);
            }
        }
        out.flush();
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed then.
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "fault-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
