package starling.router.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import starling.models.UnfitException;

@Timeout(60)
class TrialViewTest {
    private final HttpClient client = HttpClient.newHttpClient();

    private static TrialView start() {
        return TrialView.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private <T> HttpResponse<T> get(TrialView view, String path, HttpResponse.BodyHandler<T> body)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + view.address().getPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(), body);
    }

    private BufferedReader events(TrialView view) throws IOException, InterruptedException {
        InputStream body =
                get(view, "/events", HttpResponse.BodyHandlers.ofInputStream()).body();
        return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    private static String next(BufferedReader reader) throws IOException {
        String line = reader.readLine();
        while (line != null && (line.isEmpty() || line.startsWith(":"))) {
            line = reader.readLine();
        }
        return String.valueOf(line);
    }

    @Test
    void whoComesLateSeesAllRoundsAndThenEachAsItComes() throws IOException, InterruptedException {
        TrialView view = start();
        view.round("{\"round\":1}");
        view.round("{\"round\":2}");
        try (BufferedReader early = events(view)) {
            assertEquals("data: {\"round\":1}", next(early));
            assertEquals("data: {\"round\":2}", next(early));
            view.round("{\"round\":3}");
            assertEquals("data: {\"round\":3}", next(early));
            try (BufferedReader late = events(view)) {
                assertEquals("data: {\"round\":1}", next(late));
                view.close();
                assertEquals("event: end", next(early));
            }
        }
    }

    @Test
    void thePageIsOneFileAndOtherPathsAreNone() throws IOException, InterruptedException {
        try (TrialView view = start()) {
            HttpResponse<String> page = get(view, "/", HttpResponse.BodyHandlers.ofString());
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("new EventSource(\"events\")"), page.body());
            assertEquals(
                    404, get(view, "/x", HttpResponse.BodyHandlers.ofString()).statusCode());
        }
    }

    @Test
    void onlySoManyMayWatch() throws IOException, InterruptedException {
        TrialView view = start();
        List<BufferedReader> open = new ArrayList<>();
        view.round("{}");
        for (int i = 0; i < TrialView.CLIENTS; i++) {
            BufferedReader reader = events(view);
            assertEquals("data: {}", next(reader));
            open.add(reader);
        }
        assertEquals(
                503, get(view, "/events", HttpResponse.BodyHandlers.ofString()).statusCode());
        view.close();
        for (BufferedReader reader : open) {
            assertEquals("event: end", next(reader));
            reader.close();
        }
    }

    @Test
    void anAddressThatIsTakenIsNamed() {
        try (TrialView view = start()) {
            InetSocketAddress taken = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), view.address().getPort());
            UnfitException misfit = assertThrows(UnfitException.class, () -> TrialView.start(taken));
            assertTrue(String.valueOf(misfit.getMessage()).contains("HTTP cannot be served on "), misfit.getMessage());
        }
    }
}
