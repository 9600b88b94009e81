package starling.router.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.models.UnfitException;
import starling.router.http.Pages.Page;

/**
 * The HTTP server: reads bounded requests and hands them to {@link Pages}. At most {@value #THREADS} requests are served at once, further
 * connections are closed; a request must arrive, and a response be taken, within {@value #SECONDS} seconds.
 */
public final class HttpFront implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int THREADS = 64;
    private static final int SECONDS = 30;
    private static final String PREFIX = "sun.net.httpserver.";

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final Pages pages;

    private HttpFront(HttpServer server, Pages pages) {
        this.server = server;
        this.pages = pages;
        threads = new ThreadPoolExecutor(4, THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "starling-http");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts serving.
     *
     * @throws UnfitException when the address cannot be listened on
     */
    public static HttpFront start(InetSocketAddress address, Pages pages) {
        // The JDK's server is configured by system properties, read once; what the user has set stays.
        set("nodelay", "true");
        set("maxReqTime", Integer.toString(SECONDS));
        set("maxRspTime", Integer.toString(SECONDS));
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new UnfitException(
                    "HTTP cannot be served on " + address.getHostString() + ":" + address.getPort() + ": "
                            + e.getMessage(),
                    e);
        }
        HttpFront front = new HttpFront(server, pages);
        server.setExecutor(front.threads);
        server.createContext("/", front::handle);
        server.start();
        return front;
    }

    private static void set(String name, String value) {
        if (System.getProperty(PREFIX + name) == null) {
            System.setProperty(PREFIX + name, value);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Page page;
            try {
                page = page(exchange);
            } catch (BadRequestException e) {
                page = Page.error(e.status(), String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.warn(
                        "{} {} failed",
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getPath(),
                        e);
                page = Page.error(500, "the router failed on this request");
            }
            respond(exchange, page);
        } catch (IOException e) {
            LOG.debug("a client went away: {}", e.getMessage());
        }
    }

    private Page page(HttpExchange exchange) throws IOException, BadRequestException {
        String path = String.valueOf(exchange.getRequestURI().getPath());
        Pages.Route route = pages.route(path);
        if (route == null) {
            throw new BadRequestException(404, "there is nothing at this path: see " + String.join(" ", pages.paths()));
        }
        String method = exchange.getRequestMethod();
        boolean reads = method.equals("GET") || method.equals("HEAD");
        if (route.takesBody() ? !method.equals("POST") : !reads) {
            String allowed = route.takesBody() ? "POST" : "GET, HEAD";
            exchange.getResponseHeaders().set("Allow", allowed);
            throw new BadRequestException(405, "the method must be " + allowed.replace(", ", " or "));
        }
        @Nullable String type = exchange.getRequestHeaders().getFirst("Content-Type");
        return route.takesBody()
                ? pages.infer(type, limit -> body(exchange, limit))
                : route.page().get();
    }

    private static byte[] body(HttpExchange exchange, long limit) throws BadRequestException {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length != null && (length.length() > 18 || Long.parseLong(length) > limit)) {
            throw new BadRequestException(413, "the body must have at most " + limit + " octets: it has " + length);
        }
        try {
            InputStream in = exchange.getRequestBody();
            byte[] body = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, limit + 1));
            if (body.length > limit) {
                throw new BadRequestException(413, "the body must have at most " + limit + " octets: it has more");
            }
            return body;
        } catch (IOException e) {
            throw new BadRequestException(400, "the body cannot be read: " + e.getMessage());
        }
    }

    private static void respond(HttpExchange exchange, Page page) throws IOException {
        byte[] bytes = page.json() == null ? page.text() : json(page.json());
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", page.type());
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        page.headers().forEach(headers::set);
        if (page.status() == 413) {
            headers.set("Connection", "close");
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(bytes.length));
            exchange.sendResponseHeaders(page.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(page.status(), bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private static byte[] json(Map<String, ?> content) {
        try {
            return (JSON.writeValueAsString(content) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a page is always writable", e);
        }
    }

    /** Stops at once; requests in progress are cut. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
