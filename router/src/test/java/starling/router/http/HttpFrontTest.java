package starling.router.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.link.frame.Frame;
import starling.models.plan.fixture.TinyBundles;
import starling.router.fixture.Await;
import starling.router.fixture.SimulatedWorker;
import starling.router.fixture.TestFleet;
import starling.router.fixture.TestFleet.Options;
import starling.router.inference.FillPolicy;

class HttpFrontTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_TYPE = "application/json";
    private static final String OCTETS = "application/octet-stream";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable TestFleet fleet;
    private @Nullable HttpFront front;

    private TestFleet serve(Options options) {
        TestFleet made = new TestFleet(folder, options);
        fleet = made;
        made.metrics.gauge("in_flight", "Inferences in flight.", made.dispatcher::inFlight);
        front = HttpFront.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new Pages(
                        made.dispatcher, made.view, made.transport, made.metrics, "test", made.hash, TestFleet.EPOCH));
        return made;
    }

    @AfterEach
    void close() {
        if (front != null) {
            front.close();
        }
        if (fleet != null) {
            fleet.close();
        }
    }

    private URI uri(String path) {
        return URI.create(
                "http://127.0.0.1:" + Objects.requireNonNull(front).address().getPort() + path);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(request + " must be answered", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private HttpRequest post(@Nullable String type, BodyPublisher body) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri("/v1/infer")).POST(body);
        return (type == null ? builder : builder.header("Content-Type", type)).build();
    }

    private HttpResponse<String> postJson(String body) {
        return send(post(JSON_TYPE, BodyPublishers.ofString(body)));
    }

    private static JsonNode json(HttpResponse<String> response) {
        try {
            assertEquals(
                    JSON_TYPE, response.headers().firstValue("Content-Type").orElse(""));
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError(response.body(), e);
        }
    }

    private static String input(float[] values) {
        return "{\"input\":" + Arrays.toString(values) + "}";
    }

    private static void assertOutputs(TestFleet fleet, float[] input, JsonNode json) {
        Map<String, float[]> expected = TinyBundles.original(fleet.bundle, input, 1);
        expected.forEach((name, values) -> {
            float[] actual = new float[json.at("/outputs/" + name).size()];
            for (int i = 0; i < actual.length; i++) {
                actual[i] = json.at("/outputs/" + name + "/" + i).floatValue();
            }
            assertTrue(TinyBundles.relativeDifference(values, actual) <= 1e-5, name);
        });
        float[] logits = Objects.requireNonNull(expected.get("logits"));
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        assertEquals(best, json.get("class").intValue());
    }

    @Test
    void anAnswerHasTheKeysOfTheContract() {
        TestFleet fleet = serve(Options.of(3)).start();
        float[] input = fleet.sample(1);
        HttpResponse<String> response = postJson(input(input));
        assertEquals(200, response.statusCode(), response.body());
        JsonNode json = json(response);
        assertOutputs(fleet, input, json);
        assertTrue(json.get("complete").booleanValue());
        assertEquals(0, json.get("missing").size());
        assertTrue(json.get("latencyMs").doubleValue() > 0);
        assertEquals(3, json.get("rounds").intValue());
        assertEquals(fleet.bundle.plan().account().values(), json.get("values").longValue());
        assertEquals(fleet.bundle.plan().account().bytes(), json.get("bytes").longValue());
        assertEquals(json.get("values"), json.at("/planned/values"));
        assertEquals(
                "{\"worker\":2,\"computeMicros\":12,\"waitMicros\":20,\"sentBytes\":"
                        + json.at("/workers/2/sentBytes") + ",\"receivedBytes\":"
                        + json.at("/workers/2/receivedBytes") + "}",
                json.at("/workers/2").toString());
        assertEquals(10, json.size(), json.toString());
    }

    @Test
    void octetsAndNestedArraysMeanTheSame() {
        TestFleet fleet = serve(Options.of(2)).start();
        float[] input = fleet.sample(1);
        ByteBuffer octets = ByteBuffer.allocate(4 * input.length).order(ByteOrder.LITTLE_ENDIAN);
        octets.asFloatBuffer().put(input);
        JsonNode first = json(send(post(OCTETS, BodyPublishers.ofByteArray(octets.array()))));
        assertOutputs(fleet, input, first);

        StringBuilder nested = new StringBuilder("{\"input\":[");
        for (int i = 0; i < 12; i++) {
            nested.append(i % 4 == 0 ? i == 0 ? "[" : "],[" : ",").append(input[i]);
        }
        JsonNode second = json(send(post(
                "Application/JSON; charset=utf-8",
                BodyPublishers.ofString(nested.append("]]}").toString()))));
        assertEquals(first.get("outputs"), second.get("outputs"));
        JsonNode chunked =
                json(send(post(OCTETS, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(octets.array())))));
        assertEquals(first.get("outputs"), chunked.get("outputs"));
    }

    @Test
    void hostileBodiesAreRefusedWithTheRule() {
        TestFleet fleet = serve(Options.of(2)).start();
        String good = input(fleet.sample(1));
        String numbers = good.substring("{\"input\":".length(), good.length() - 1);
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("", "the body must be a JSON object"),
                Map.entry("[1,2]", "the body must be a JSON object"),
                Map.entry("{", "malformed JSON at line 1"),
                Map.entry("{\"input\":[1,2,3]}", "must have 12 numbers (x 12): it has 3"),
                Map.entry("{\"input\":" + numbers.replace("]", ",1]") + "}", "must have 12 numbers (x 12): it has 13"),
                Map.entry("{\"input\":[NaN]}", "malformed JSON"),
                Map.entry("{\"input\":[\"NaN\"]}", "must hold numbers only: after 0 numbers there is NaN"),
                Map.entry("{\"input\":[null]}", "must hold numbers only"),
                Map.entry("{\"input\":{}}", "must be an array of numbers"),
                Map.entry("{\"input\":[[[[[[[[[[[[[[[[[[[[1", "malformed JSON"),
                Map.entry("{\"input\":" + numbers + ",\"colour\":1}", "keys are input and local: 'colour'"),
                Map.entry("{\"input\":" + numbers + ",\"input\":" + numbers + "}", "Duplicate field 'input'"),
                Map.entry(good + "{}", "nothing must follow"),
                Map.entry("{}", "either \"input\" or \"local\""),
                Map.entry("{\"local\":1}", "\"local\" must be true or false"),
                Map.entry("{\"local\":true,\"input\":" + numbers + "}", "either \"input\" or \"local\""),
                Map.entry(good.substring(0, good.length() - 1), "malformed JSON"),
                Map.entry("{\"input\":[1e39,0,0,0,0,0,0,0,0,0,0,0]}", "number 0 is Infinity"),
                Map.entry("{\"input\":[" + "9".repeat(65) + "]}", "malformed JSON"),
                Map.entry("\u0000\u0001\u0002", "malformed JSON"));
        wrong.forEach((body, rule) -> {
            HttpResponse<String> response = postJson(body);
            assertEquals(400, response.statusCode(), body);
            String error = json(response).get("error").textValue();
            assertTrue(error.contains(rule), body + " -> " + error);
        });
        assertEquals(200, postJson(good).statusCode(), "nothing has suffered");
    }

    @Test
    void wrongLengthsAndNumbersOfOctetsAreRefused() {
        TestFleet fleet = serve(Options.of(2)).start();
        HttpResponse<String> shorter = send(post(OCTETS, BodyPublishers.ofByteArray(new byte[47])));
        assertEquals(400, shorter.statusCode());
        assertEquals(
                "the input must have 12 numbers (x 12), 48 octets: it has 47 octets",
                json(shorter).get("error").textValue());
        HttpResponse<String> longer = send(post(OCTETS, BodyPublishers.ofByteArray(new byte[49])));
        assertEquals(413, longer.statusCode());
        ByteBuffer nan = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN).putFloat(20, Float.NaN);
        HttpResponse<String> bad = send(post(OCTETS, BodyPublishers.ofByteArray(nan.array())));
        assertEquals(400, bad.statusCode());
        assertEquals(
                "the input must be finite float32 numbers: number 5 is NaN",
                json(bad).get("error").textValue());
        assertEquals(0, fleet.dispatcher.inFlight());
    }

    @Test
    void tooLongBodiesAreRefusedWithoutBeingRead() throws IOException {
        serve(Options.of(2)).start();
        String lying = String.join(
                "\r\n",
                "POST /v1/infer HTTP/1.1",
                "Host: x",
                "Content-Type: application/json",
                "Content-Length: 99999999999",
                "",
                "");
        assertTrue(raw(lying).startsWith("HTTP/1.1 413"), "a length of 100 GB is refused before a body comes");
        String negative = lying.replace("99999999999", "-5");
        assertFalse(raw(negative).startsWith("HTTP/1.1 2"));
        byte[] endless = new byte[20_000];
        Arrays.fill(endless, (byte) ' ');
        HttpResponse<String> chunked =
                send(post(JSON_TYPE, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(endless))));
        assertEquals(413, chunked.statusCode());
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                Objects.requireNonNull(front).address().getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            InputStream in = socket.getInputStream();
            byte[] start = in.readNBytes(12);
            return new String(start, StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void mediaTypesMethodsAndPathsAreChecked() {
        serve(Options.of(2)).start();
        for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
            HttpResponse<String> response = send(post(type, BodyPublishers.ofString("{}")));
            assertEquals(415, response.statusCode(), type);
            assertTrue(json(response).get("error").textValue().contains("'" + type + "'"));
        }
        assertEquals(415, send(post(null, BodyPublishers.ofString("{}"))).statusCode());
        HttpResponse<String> wrongMethod = get("/v1/infer");
        assertEquals(405, wrongMethod.statusCode());
        assertEquals("POST", wrongMethod.headers().firstValue("Allow").orElse(""));
        HttpResponse<String> posted = send(HttpRequest.newBuilder(uri("/readyz"))
                .POST(BodyPublishers.noBody())
                .build());
        assertEquals(405, posted.statusCode());
        assertEquals("GET, HEAD", posted.headers().firstValue("Allow").orElse(""));
        for (String path : new String[] {"/", "/v1", "/v1/infer/", "/v1/infer/../fleet", "/etc/passwd"}) {
            assertEquals(404, get(path).statusCode(), path);
        }
        HttpResponse<String> head = send(HttpRequest.newBuilder(uri("/healthz"))
                .method("HEAD", BodyPublishers.noBody())
                .build());
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
        assertEquals(
                "nosniff", head.headers().firstValue("X-Content-Type-Options").orElse(""));
    }

    @Test
    void whoIsMissingIsSaid() {
        TestFleet fleet = serve(Options.of(3).deadline(400));
        fleet.workers.get(1).start();
        Await.until("worker 1 is ready", () -> fleet.view.ready() == 1);
        HttpResponse<String> ready = get("/readyz");
        assertEquals(503, ready.statusCode());
        assertEquals(
                "{\"ready\":false,\"reasons\":[\"worker 0 was never heard\",\"worker 2 was never heard\"]}",
                ready.body().strip());
        HttpResponse<String> refused = postJson(input(fleet.sample(1)));
        assertEquals(503, refused.statusCode());
        assertEquals("[0,2]", json(refused).get("missing").toString());
        assertEquals(
                "3 of 3 workers must be there: worker 0 was never heard, worker 2 was never heard",
                json(refused).get("error").textValue());
        assertEquals("1", refused.headers().firstValue("Retry-After").orElse(""));
        assertEquals(200, get("/healthz").statusCode());

        fleet.workers.get(0).start();
        fleet.workers.get(2).start();
        fleet.awaitReady();
        assertEquals(200, get("/readyz").statusCode());
        assertEquals("{\"ready\":true,\"reasons\":[]}", get("/readyz").body().strip());

        fleet.workers.get(2).close();
        Await.until("worker 2 is missed", () -> fleet.view.ready() == 2);
        assertEquals(503, get("/readyz").statusCode());
        HttpResponse<String> degraded = postJson("{\"local\":true}");
        assertTrue(degraded.statusCode() == 200 || degraded.statusCode() == 502, degraded.body());
    }

    @Test
    void theFleetIsDescribed() {
        TestFleet fleet = serve(Options.of(2)).start();
        JsonNode json = json(get("/v1/fleet"));
        assertEquals("test", json.get("fleet").textValue());
        assertEquals(fleet.hash.toString(), json.get("plan").textValue());
        assertEquals(TestFleet.EPOCH, json.get("epoch").longValue());
        assertTrue(json.get("ready").booleanValue());
        assertEquals("connected", json.get("link").textValue());
        assertEquals("ready", json.at("/workers/1/state").textValue());
        assertEquals(fleet.hash.toString(), json.at("/workers/1/plan").textValue());
        assertEquals("test", json.at("/workers/1/version").textValue());
        assertEquals(6, json.at("/workers/1/inputValues").intValue());
    }

    @Test
    void tooManyAtOnceAreTurnedAway() {
        TestFleet fleet = serve(Options.of(2).inFlight(1).deadline(600_000)).start();
        var held = new ConcurrentLinkedQueue<Runnable>();
        fleet.workers
                .get(0)
                .tamper((header, values, annex, out) ->
                        held.add(() -> out.accept(Frame.encode(header, values, annex))));
        String body = input(fleet.sample(1));
        CompletableFuture<HttpResponse<String>> first =
                client.sendAsync(post(JSON_TYPE, BodyPublishers.ofString(body)), BodyHandlers.ofString());
        Await.until("the first is in flight", () -> !held.isEmpty());
        HttpResponse<String> second = postJson(body);
        assertEquals(429, second.statusCode());
        assertEquals("1", second.headers().firstValue("Retry-After").orElse(""));
        held.forEach(Runnable::run);
        assertEquals(200, first.join().statusCode());
    }

    @Test
    void incompleteAndFailedAnswersAreToldApart() {
        TestFleet fleet = serve(Options.of(2).deadline(3_000)).start();
        fleet.workers.get(1).tamper((header, values, annex, out) -> {});
        HttpResponse<String> incomplete = postJson(input(fleet.sample(1)));
        assertEquals(200, incomplete.statusCode());
        assertFalse(json(incomplete).get("complete").booleanValue());
        assertEquals("[1]", json(incomplete).get("missing").toString());
        assertTrue(json(incomplete).get("values").isNull(), "one worker has not reported");

        fleet.workers.get(0).tamper((header, values, annex, out) -> {});
        HttpResponse<String> failed = postJson(input(fleet.sample(1)));
        assertEquals(502, failed.statusCode());
        assertEquals(
                "worker 0 did not answer within 3000 ms",
                json(failed).get("error").textValue());
        assertEquals("[0,1]", json(failed).get("missing").toString());
    }

    @Test
    void underThePolicyFailALostWorkerIsNotReady() {
        TestFleet fleet = serve(Options.of(2).policy(FillPolicy.FAIL)).start();
        fleet.workers.get(1).close();
        Await.until("worker 1 is missed", () -> fleet.view.ready() == 1);
        HttpResponse<String> refused = postJson(input(fleet.sample(1)));
        assertEquals(503, refused.statusCode());
        assertEquals("[1]", json(refused).get("missing").toString());
    }

    @Test
    void numbersThatJsonDoesNotKnowAreNull() {
        TestFleet fleet = serve(Options.of(2)).start();
        fleet.workers.get(0).tamper((header, values, annex, out) -> {
            values[0] = Float.NaN;
            out.accept(Frame.encode(header, values, annex));
        });
        HttpResponse<String> response = postJson(input(fleet.sample(1)));
        assertEquals(200, response.statusCode());
        assertTrue(json(response).at("/outputs/logits/0").isNull(), response.body());
        assertTrue(json(response).at("/outputs/logits/1").isNumber(), response.body());
    }

    @Test
    void metricsAreCounted() {
        TestFleet fleet = serve(Options.of(2)).start();
        for (int i = 0; i < 3; i++) {
            postJson(input(fleet.sample(i)));
        }
        postJson("{\"input\":[1]}");
        fleet.workers.get(1).tamper((header, values, annex, out) -> {
            out.accept(Frame.encode(header, values, annex));
            out.accept(Frame.encode(header, values, annex));
        });
        postJson(input(fleet.sample(4)));
        fleet.workers.get(1).tamper(SimulatedWorker.HONEST);
        postJson(input(fleet.sample(5)));
        HttpResponse<String> response = get("/metrics");
        assertEquals(200, response.statusCode());
        assertTrue(response.headers().firstValue("Content-Type").orElse("").startsWith("text/plain; version=0.0.4"));
        var account = fleet.bundle.plan().account();
        long sent = fleet.bundle.plan().exchanges().stream()
                .flatMap(exchange -> exchange.links().stream())
                .filter(link -> link.from() == 1)
                .mapToLong(link -> link.bytes())
                .sum();
        assertTrue(sent > 0 && sent < account.bytes());
        List<String> lines = response.body().lines().toList();
        for (String line : List.of(
                "starling_requests_total{via=\"http\"} 5.0",
                "starling_answers_total{result=\"complete\"} 5.0",
                "starling_answers_total{result=\"failed\"} 0.0",
                "starling_latency_seconds_count 5",
                "starling_rounds_total 15.0",
                "starling_worker_sent_bytes_total{worker=\"1\"} " + (double) (5 * sent),
                "starling_worker_sent_frames_total{worker=\"1\"} 15.0",
                "starling_frames_dropped_total{reason=\"repeated\"} 1.0",
                "starling_in_flight 0.0")) {
            assertTrue(lines.contains(line), line + "\n" + response.body());
        }
    }

    @Test
    void aLinkThatHasEndedIsNotAlive() {
        TestFleet fleet = serve(Options.of(2)).start();
        fleet.transport.close();
        HttpResponse<String> health = get("/healthz");
        assertEquals(503, health.statusCode());
        assertTrue(health.body().contains("ended for good"), health.body());
        assertEquals(503, get("/readyz").statusCode());
    }
}
