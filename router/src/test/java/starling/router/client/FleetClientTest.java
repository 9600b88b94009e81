package starling.router.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.frame.Frame;
import starling.link.frame.FrameLimits;
import starling.link.frame.PlanHash;
import starling.link.frame.WorkerReport;
import starling.link.memory.FaultPlan;
import starling.link.presence.Presence;
import starling.link.presence.PresenceAnnouncer;
import starling.link.topic.Role;
import starling.models.UnfitException;
import starling.models.plan.fixture.TinyBundles;
import starling.router.fixture.SimulatedWorker;
import starling.router.fixture.TestFleet;
import starling.router.fixture.TestFleet.Options;
import starling.router.inference.Cost;
import starling.router.inference.FillPolicy;

class FleetClientTest {
    @TempDir
    Path folder;

    private static PresenceAnnouncer announce(TestFleet fleet, PlanHash plan, long epoch) {
        PresenceAnnouncer announcer = new PresenceAnnouncer(
                fleet.topics,
                new Role.Router(),
                new Presence("router", "r" + epoch, 1, 0, Presence.Status.READY, 0, plan, epoch, "test", false));
        announcer.begin(fleet.transport, SimulatedWorker.HEARTBEAT);
        return announcer;
    }

    private static FleetClient client(TestFleet fleet, Transport transport, String name, long deadlineMillis) {
        FleetClient client = new FleetClient(
                transport,
                fleet.topics,
                new Role.Client(name),
                FrameLimits.DEFAULT,
                deadlineMillis,
                SimulatedWorker.HEARTBEAT,
                6);
        transport.connect(SessionSettings.of(name));
        client.begin().join();
        return client;
    }

    private static float[] whole(TestFleet fleet, float[] input) {
        Map<String, float[]> outputs = TinyBundles.original(fleet.bundle, input, 1);
        float[] logits = Objects.requireNonNull(outputs.get("logits"));
        float[] probabilities = Objects.requireNonNull(outputs.get("probabilities"));
        float[] all = Arrays.copyOf(logits, logits.length + probabilities.length);
        System.arraycopy(probabilities, 0, all, logits.length, probabilities.length);
        return all;
    }

    @Test
    void severalClientsGetTheirOwnRepliesInSpiteOfDoubledMessages() throws InterruptedException {
        try (TestFleet fleet = new TestFleet(folder, Options.of(3).inFlight(100)).start();
                PresenceAnnouncer router = announce(fleet, fleet.hash, TestFleet.EPOCH);
                Transport one = fleet.broker.newTransport();
                Transport two = fleet.broker.newTransport();
                FleetClient first = client(fleet, one, "first", 20_000);
                FleetClient second = client(fleet, two, "second", 20_000)) {
            assertEquals(TestFleet.EPOCH, router.presence().epoch());
            first.awaitRouter(Duration.ofSeconds(10));
            second.awaitRouter(Duration.ofSeconds(10));
            fleet.answer(fleet.sample(0));
            fleet.broker.setFaults(FaultPlan.seeded(1, 0, 0.3, 0, Duration.ZERO));
            List<CompletableFuture<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                replies.add((i % 2 == 0 ? first : second).ask(fleet.sample(i)));
            }
            for (int i = 0; i < 40; i++) {
                Reply reply = replies.get(i).join();
                float[] outputs = reply.outputs();
                assertTrue(
                        TinyBundles.relativeDifference(whole(fleet, fleet.sample(i)), outputs) <= 1e-5,
                        i + ": " + reply);
                assertTrue(reply.complete());
                var account = fleet.bundle.plan().account();
                assertEquals(
                        new Cost(account.values(), account.bytes(), 3),
                        reply.note().planned());
                assertEquals(account.values(), reply.note().values());
                assertEquals(account.bytes(), reply.note().bytes());
                assertEquals(3, reply.note().rounds());
                assertEquals(
                        Map.of("logits", 4, "probabilities", 4), reply.note().outputs());
                assertEquals(3, Objects.requireNonNull(reply.note().workers()).size());
            }
            String metrics = new String(fleet.metrics.text(), StandardCharsets.UTF_8);
            assertTrue(metrics.contains("starling_requests_total{via=\"mqtt\"} 40.0"), metrics);
        }
    }

    @Test
    void refusalsFailuresAndIncompleteAnswersAreTold() throws InterruptedException {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).inFlight(1).deadline(3_000));
                PresenceAnnouncer router = announce(fleet, fleet.hash, TestFleet.EPOCH);
                Transport transport = fleet.broker.newTransport();
                FleetClient client = client(fleet, transport, "c", 20_000)) {
            assertFalse(router.presence().localSource());
            client.awaitRouter(Duration.ofSeconds(10));
            Reply early = client.ask(fleet.sample(1)).join();
            assertNull(early.outputs());
            assertTrue(early.again());
            assertEquals(
                    "2 of 2 workers must be there: worker 0 was never heard, worker 1 was never heard",
                    early.note().error());

            fleet.start();
            Reply unfit = client.ask(new float[3]).join();
            assertEquals(
                    "the input must have 12 numbers (x 12): it has 3",
                    unfit.note().error());
            assertFalse(unfit.again());

            fleet.workers.get(1).tamper((header, values, annex, out) -> {});
            CompletableFuture<Reply> slow = client.ask(fleet.sample(1));
            Reply busy = client.ask(fleet.sample(2)).join();
            assertEquals("busy", busy.note().refused());
            assertTrue(busy.again());
            Reply incomplete = slow.join();
            assertNotNull(incomplete.outputs());
            assertFalse(incomplete.complete());
            assertEquals(List.of(1), incomplete.note().missing());

            fleet.workers
                    .get(0)
                    .tamper((header, values, annex, out) -> out.accept(Frame.encode(
                            header.withFlags(false, true, false),
                            new float[0],
                            WorkerReport.ofNothing("out of order").write())));
            Reply failed = client.ask(fleet.sample(1)).join();
            assertNull(failed.outputs());
            assertEquals("worker 0 failed: out of order", failed.note().error());
            assertFalse(failed.again());
        }
    }

    @Test
    void aRequestForAnotherPlanOrEpochIsToldSo() throws InterruptedException {
        for (boolean plan : new boolean[] {true, false}) {
            try (TestFleet fleet = new TestFleet(folder.resolve("" + plan), Options.of(2)).start();
                    PresenceAnnouncer router = announce(
                            fleet,
                            plan ? new PlanHash(1, 1) : fleet.hash,
                            plan ? TestFleet.EPOCH : TestFleet.EPOCH - 1);
                    Transport transport = fleet.broker.newTransport();
                    FleetClient client = client(fleet, transport, "c", 20_000)) {
                assertEquals("router", router.presence().identity());
                client.awaitRouter(Duration.ofSeconds(10));
                Reply reply = client.ask(fleet.sample(1)).join();
                assertNull(reply.outputs());
                String error = String.valueOf(reply.note().error());
                assertTrue(error.contains(plan ? "plan " + fleet.hash : "epoch " + TestFleet.EPOCH), error);
            }
        }
    }

    @Test
    void withoutARouterNothingHangs() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2));
                Transport transport = fleet.broker.newTransport();
                FleetClient client = client(fleet, transport, "c", 200)) {
            UnfitException absent = assertThrows(UnfitException.class, () -> client.awaitRouter(Duration.ofMillis(50)));
            assertTrue(String.valueOf(absent.getMessage()).contains("router (never heard)"), absent.getMessage());
            Reply reply = client.ask(fleet.sample(1)).join();
            assertTrue(String.valueOf(reply.note().error()).contains("the router is not there"));
        }
    }

    @Test
    void aReplyThatNeverComesIsGivenUpAtTheDeadline() throws InterruptedException {
        Options options = Options.of(2).deadline(600_000).policy(FillPolicy.FAIL);
        try (TestFleet fleet = new TestFleet(folder, options).start();
                PresenceAnnouncer router = announce(fleet, fleet.hash, TestFleet.EPOCH);
                Transport transport = fleet.broker.newTransport()) {
            assertNotNull(router);
            try (FleetClient client = client(fleet, transport, "c", 200)) {
                client.awaitRouter(Duration.ofSeconds(10));
                fleet.workers.get(1).tamper((header, values, annex, out) -> {});
                Reply reply = client.ask(fleet.sample(1)).join();
                assertEquals("no reply came within 200 ms", reply.note().error());
            }
            CompletableFuture<Reply> last;
            try (Transport second = fleet.broker.newTransport();
                    FleetClient client = client(fleet, second, "d", 600_000)) {
                client.awaitRouter(Duration.ofSeconds(10));
                last = client.ask(fleet.sample(1));
            }
            assertEquals("the client has stopped", last.join().note().error());
        }
    }

    @Test
    void whoAsksAClientThatHasStoppedIsToldAtOnce() throws InterruptedException {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2)).start();
                PresenceAnnouncer router = announce(fleet, fleet.hash, TestFleet.EPOCH);
                Transport transport = fleet.broker.newTransport()) {
            assertNotNull(router);
            FleetClient client = client(fleet, transport, "c", 600_000);
            client.awaitRouter(Duration.ofSeconds(10));
            client.close();
            assertEquals(
                    "the client has stopped",
                    client.ask(fleet.sample(1)).join().note().error());
        }
    }

    @Test
    void anEmptyRequestMeansTheWorkersOwnSources() throws InterruptedException {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2)).start();
                PresenceAnnouncer router = announce(fleet, fleet.hash, TestFleet.EPOCH);
                Transport transport = fleet.broker.newTransport();
                FleetClient client = client(fleet, transport, "c", 20_000)) {
            assertNotNull(router);
            client.awaitRouter(Duration.ofSeconds(10));
            Reply reply = client.ask(null).join();
            // The simulated workers' source is a buffer of zeros.
            assertTrue(TinyBundles.relativeDifference(whole(fleet, new float[12]), reply.outputs()) <= 1e-5);
        }
    }
}
