package starling.router.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.link.SessionSettings;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.presence.Presence;
import starling.link.topic.Topics;
import starling.models.plan.fixture.TinyBundles;
import starling.router.Router;
import starling.router.fixture.Await;

/** {@code router serve} as a process of its own. */
class ServeProcessTest {
    @TempDir
    Path folder;

    @Test
    void itSaysWhereItListensAndSaysGoodByeWhenTerminated() throws Exception {
        TinyBundles.write(folder.resolve("bundle"), 2, TinyBundles.Kind.ACTIVATIONS, 3);
        Files.writeString(folder.resolve("router.yaml"), """
                bundle: bundle
                anonymous: true
                listen: 127.0.0.1:0
                http: 127.0.0.1:1
                ready-file: ready.json
                """);
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Router.class.getName(),
                        "serve",
                        "--config",
                        folder.resolve("router.yaml").toString(),
                        "--http",
                        "127.0.0.1:0",
                        "--json")
                .redirectError(err.toFile())
                .start();
        try (BufferedReader out = process.inputReader();
                PahoTransport ear = new PahoTransport(address(out, folder))) {
            JsonNode where =
                    new ObjectMapper().readTree(folder.resolve("ready.json").toFile());
            var response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(where.get("http").textValue() + "/healthz"))
                                    .build(),
                            BodyHandlers.ofString());
            assertEquals(200, response.statusCode());
            String said = Files.readString(err);
            assertTrue(said.contains("ready mqtt " + where.get("mqtt").textValue() + " http http://127.0.0.1:"), said);

            var heard = new ConcurrentLinkedQueue<Presence.Status>();
            ear.connect(SessionSettings.of("ear"));
            ear.subscribe(
                            new Topics(ServeSettings.FLEET).routerPresence(),
                            message ->
                                    heard.add(Presence.parse(message.payload()).status()))
                    .join();
            Await.until("the router is ready", () -> heard.contains(Presence.Status.READY));
            // Not Process.destroy, which closes the streams as well.
            process.toHandle().destroy();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it must end when it is terminated");
            Await.until("the good-bye is heard", () -> heard.contains(Presence.Status.GONE));
            assertFalse(Files.exists(folder.resolve("ready.json")));
            assertEquals(null, out.readLine(), "one line and nothing else");
            assertFalse(Files.readString(err).contains("the router stops"), Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }

    private static BrokerAddress address(BufferedReader out, Path folder) throws Exception {
        String line = out.readLine();
        assertNotNull(line, Files.readString(folder.resolve("err")));
        assertEquals(line, Files.readString(folder.resolve("ready.json")).strip());
        return BrokerAddress.parse(new ObjectMapper().readTree(line).get("mqtt").textValue());
    }
}
