package starling.router.trial;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import starling.models.UnfitException;

/**
 * A trial as it goes on, over HTTP: {@code /} is a page that draws accuracy, participants and the channel, {@code /events} the rounds as
 * server-sent events, those before as well as each that comes, with an event {@code end} at last. Who comes late or loads again sees the
 * newest {@value #KEPT} rounds.
 *
 * <p>At most {@value #CLIENTS} streams at once; one that does not read holds up nobody else. There is neither a password nor TLS: listen on
 * loopback, or behind a server that has both.
 */
final class TrialView implements AutoCloseable {
    static final int CLIENTS = 16;

    private static final int KEPT = 20_000;
    private static final long HEARTBEAT_SECONDS = 15;
    private static final long FAREWELL_SECONDS = 2;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Semaphore places = new Semaphore(CLIENTS);
    private final byte[] page;
    private final Deque<String> events = new ArrayDeque<>();
    private long first;
    private boolean ended;

    private TrialView(HttpServer server, byte[] page) {
        this.server = server;
        this.page = page;
        this.threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "trial-view");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts serving.
     *
     * @throws UnfitException when the address cannot be listened on
     */
    static TrialView start(InetSocketAddress address) {
        try (InputStream in = TrialView.class.getResourceAsStream("view.html")) {
            if (in == null) {
                throw new IllegalStateException("the jar has no view.html");
            }
            TrialView view = new TrialView(HttpServer.create(address, 0), in.readAllBytes());
            view.server.setExecutor(view.threads);
            view.server.createContext("/", view::handle);
            view.server.start();
            return view;
        } catch (IOException e) {
            throw new UnfitException(
                    "HTTP cannot be served on " + address.getHostString() + ":" + address.getPort() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    /** Shows a round, as one line of JSON. */
    synchronized void round(String json) {
        events.addLast(json);
        if (events.size() > KEPT) {
            events.removeFirst();
            first++;
        }
        notifyAll();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (!exchange.getRequestMethod().equals("GET")) {
                refuse(exchange, 405, "the method must be GET");
            } else if (path.equals("/")) {
                exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            } else if (!path.equals("/events")) {
                refuse(exchange, 404, "there is nothing at this path: see / and /events");
            } else if (!places.tryAcquire()) {
                refuse(exchange, 503, "at most " + CLIENTS + " may watch at once");
            } else {
                try {
                    stream(exchange);
                } finally {
                    places.release();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        byte[] body = (why + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private void stream(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        long next = 0;
        boolean last = false;
        while (!last) {
            List<String> some;
            synchronized (this) {
                if (next >= first + events.size() && !ended) {
                    wait(TimeUnit.SECONDS.toMillis(HEARTBEAT_SECONDS));
                }
                some = since(next);
                next = first + events.size();
                last = ended;
            }
            StringBuilder text = new StringBuilder();
            some.forEach(json -> text.append("data: ").append(json).append("\n\n"));
            // A line that begins with a colon says only that the stream is alive.
            text.append(last ? "event: end\ndata: {}\n\n" : some.isEmpty() ? ":\n\n" : "");
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    private List<String> since(long next) {
        long skip = Math.max(0, next - first);
        return new ArrayList<>(events).subList((int) Math.min(skip, events.size()), events.size());
    }

    /** Ends all streams, giving them a moment to say so. */
    @Override
    public void close() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        try {
            if (places.tryAcquire(CLIENTS, FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                places.release(CLIENTS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
