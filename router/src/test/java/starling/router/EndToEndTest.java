package starling.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import starling.link.contract.NativeMosquitto;
import starling.link.frame.ElementType;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.topic.Topics;
import starling.models.plan.Bundle;
import starling.models.plan.fixture.TinyBundles;
import starling.router.fixture.Await;
import starling.router.fixture.Captured;
import starling.router.fixture.SimulatedWorker;
import starling.router.fixture.TinyData;
import starling.router.inference.FillPolicy;
import starling.router.serve.RouterServer;
import starling.router.serve.ServeSettings;

/** A router, simulated workers and {@code router infer} around a native Mosquitto. */
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class EndToEndTest {
    private static final int WORKERS = 3;

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.add(resource);
        return resource;
    }

    private RouterServer fleet(NativeMosquitto mosquitto, Bundle bundle) {
        ServeSettings settings = new ServeSettings(
                bundle,
                ServeSettings.FLEET,
                20_000,
                FillPolicy.ZERO,
                16,
                0,
                ElementType.FLOAT32,
                null,
                ServeSettings.HEARTBEAT);
        BrokerAddress address = BrokerAddress.parse(mosquitto.uri());
        RouterServer server = keep(RouterServer.start(settings, new PahoTransport(address), null));
        for (int k = 0; k < WORKERS; k++) {
            keep(new SimulatedWorker(bundle, k, new PahoTransport(address), new Topics(ServeSettings.FLEET), 1 + k)
                    .start());
        }
        Await.until("the fleet is ready", () -> server.view().reasons().isEmpty());
        return server;
    }

    private static Captured infer(String... more) {
        List<String> arguments = new ArrayList<>(List.of("infer"));
        arguments.addAll(List.of(more));
        return Captured.run(() -> Router.run(arguments.toArray(String[]::new)));
    }

    @Test
    void aDataSetGoesThroughTheFleetAndTheReportAgreesWithThePlan() throws IOException {
        NativeMosquitto mosquitto = keep(NativeMosquitto.started());
        Bundle bundle = TinyBundles.write(folder.resolve("bundle"), WORKERS, TinyBundles.Kind.PARTIAL_SUMS, 3);
        TinyData data = TinyData.write(folder.resolve("data.csv"), bundle, 60);
        RouterServer server = fleet(mosquitto, bundle);
        Path outputs = folder.resolve("answers.npy");
        for (String inFlight : List.of("1", "8")) {
            Captured ended = infer(
                    "--broker",
                    mosquitto.uri(),
                    "--data",
                    data.spec(),
                    "--in-flight",
                    inFlight,
                    "--json",
                    "--outputs",
                    outputs.toString());
            assertEquals(0, ended.code(), ended.err());
            assertEquals(1, ended.out().lines().count(), ended.out());
            JsonNode json = new ObjectMapper().readTree(ended.out());
            assertEquals(60, json.get("samples").intValue());
            assertEquals(1.0, json.get("accuracy").doubleValue());
            assertEquals(60, json.get("complete").intValue());
            assertEquals(0, json.get("incomplete").intValue());
            assertEquals(0, json.get("failed").intValue());
            var account = bundle.plan().account();
            assertEquals(
                    (double) account.values(), json.get("valuesPerInference").doubleValue());
            assertEquals((double) account.bytes(), json.get("bytesPerInference").doubleValue());
            assertEquals(bundle.plan().rounds(), json.get("rounds").doubleValue());
            assertEquals(account.bytes(), json.at("/planned/bytes").longValue());
            assertEquals(WORKERS, json.get("workers").size());
            assertTrue(json.at("/latencyMs/p95").doubleValue()
                    >= json.at("/latencyMs/p50").doubleValue());
            assertTrue(json.at("/latencyMs/p50").doubleValue()
                    > json.at("/routerLatencyMs/p50").doubleValue());

            byte[] written = Files.readAllBytes(outputs);
            int columns = data.outputs()[0].length;
            ByteBuffer rows = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
            rows.position(written.length - Float.BYTES * columns * data.count());
            for (int i = 0; i < data.count(); i++) {
                float[] row = new float[columns];
                for (int c = 0; c < columns; c++) {
                    row[c] = rows.getFloat();
                }
                assertTrue(TinyBundles.relativeDifference(data.outputs()[i], row) <= 1e-5, "sample " + i);
            }
        }
        assertEquals(120, server.metrics().answers("complete"));

        Captured text = infer("--broker", mosquitto.uri(), "--data", data.spec(), "--samples", "5");
        assertEquals(0, text.code());
        assertEquals("", text.out());
        assertTrue(text.err().contains("5 complete, 0 incomplete, 0 failed"), text.err());
        assertTrue(text.err().contains("accuracy       1.0000"), text.err());
    }

    @Test
    void whoIsMissingIsSaidAndFailsTheRun() {
        NativeMosquitto mosquitto = keep(NativeMosquitto.started());
        Captured alone = infer("--broker", mosquitto.uri(), "--data", "builtin:mnist", "--wait", "3000");
        assertEquals(1, alone.code());
        assertTrue(alone.err().contains("the router of fleet starling must be there within 3000 ms"), alone.err());

        Bundle bundle = TinyBundles.write(folder.resolve("bundle"), WORKERS, TinyBundles.Kind.CHAIN, 3);
        RouterServer server = fleet(mosquitto, bundle);
        Captured unfit = infer("--broker", mosquitto.uri(), "--data", "builtin:mnist,limit=3", "--json");
        assertEquals(1, unfit.code());
        assertTrue(unfit.out().contains("\"failed\":3"), unfit.out());
        assertTrue(unfit.out().contains("the input must have 12 numbers (x 12): it has 784"), unfit.out());
        assertTrue(unfit.out().contains("\"accuracy\":0.0"), unfit.out());
        assertEquals(3, server.metrics().answers("unfit"));
    }

    @Test
    void aKilledBrokerIsSurvived() {
        NativeMosquitto mosquitto = keep(NativeMosquitto.started());
        Bundle bundle = TinyBundles.write(folder.resolve("bundle"), WORKERS, TinyBundles.Kind.ACTIVATIONS, 3);
        TinyData data = TinyData.write(folder.resolve("data.csv"), bundle, 10);
        RouterServer server = fleet(mosquitto, bundle);
        long epoch = server.epoch();
        assertEquals(
                0, infer("--broker", mosquitto.uri(), "--data", data.spec()).code());

        mosquitto.stop();
        Await.until("the loss is noticed", () -> !server.view().reasons().isEmpty());
        assertTrue(server.view().reasons().get(0).contains("not connected to the broker"));
        assertFalse(server.ended().isDone());

        mosquitto.start();
        Await.until("the fleet is ready again", () -> server.view().reasons().isEmpty());
        Captured again = infer("--broker", mosquitto.uri(), "--data", data.spec(), "--json");
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().contains("\"accuracy\":1.0,\"complete\":10"), again.out());
        assertEquals(epoch, server.epoch());
        assertNull(Objects.requireNonNull(server).httpUri());
    }
}
