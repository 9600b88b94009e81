package starling.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.agent.inference.Drops.Cause;
import starling.agent.inference.Policy;
import starling.agent.source.StreamSource;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.contract.Await;
import starling.link.contract.PassingTransport;
import starling.link.frame.ElementType;
import starling.link.frame.Frame;
import starling.link.frame.FrameDescriptor;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.PlanHash;
import starling.link.memory.FaultPlan;
import starling.link.memory.InMemoryBroker;
import starling.link.memory.InMemoryTransport;
import starling.link.presence.Presence;
import starling.link.topic.Rights;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;

/** Agents with their threads over the broker in memory, which guards topics as a real one does. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AgentTest {
    private static final double EQUAL = 1e-5;

    @TempDir
    Path folder;

    private final Topics topics = new Topics(TestFleet.FLEET);
    private final InMemoryBroker broker = guarded();
    private final List<TestFleet> fleets = new ArrayList<>();

    private InMemoryBroker guarded() {
        Map<String, String> passwords = new HashMap<>();
        passwords.put("router", TestFleet.PASSWORD);
        for (int k = 0; k < 5; k++) {
            passwords.put("worker-" + k, TestFleet.PASSWORD);
        }
        return new InMemoryBroker(
                passwords,
                user -> topics.rights(
                        user.equals("router")
                                ? new Role.Router()
                                : new Role.Worker(Integer.parseInt(user.substring("worker-".length())))));
    }

    private TestFleet fleet(int workers, Kind kind, AgentSettings settings) {
        TestFleet fleet =
                new TestFleet(folder.resolve("b" + fleets.size()), workers, kind, settings, broker::newTransport);
        fleets.add(fleet);
        return fleet;
    }

    @AfterEach
    void end() {
        fleets.forEach(TestFleet::close);
        broker.close();
    }

    private static void assertEqual(TestFleet fleet, long inference) {
        assertTrue(fleet.requester().isComplete(inference), "inference " + inference + " is complete");
        assertTrue(fleet.apart(inference) <= EQUAL, "inference " + inference + ": " + fleet.apart(inference));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void answersAreThoseOfTheFleetInOneProcess(Kind kind) {
        for (int workers = 1; workers <= 4; workers++) {
            try (TestFleet fleet = fleet(workers, kind, TestFleet.settings()).begin()) {
                for (int i = 0; i < 5; i++) {
                    fleet.requester().await(fleet.ask());
                }
                List<Long> burst = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    burst.add(fleet.ask());
                }
                for (long inference : burst) {
                    fleet.requester().await(inference);
                }
                for (long i = 1; i <= 17; i++) {
                    assertEqual(fleet, i);
                }
            }
        }
    }

    @Test
    void halfPrecisionIsCloseAndHalfAsLong() {
        TestFleet fleet = fleet(2, Kind.ACTIVATIONS, TestFleet.settings().withElements(ElementType.FLOAT16))
                .begin();
        Frame answer = fleet.requester().answer(await(fleet, fleet.ask()), 0);
        double apart = fleet.apart(1);
        assertTrue(apart > 0 && apart < 5e-3, "apart " + apart);
        int values = fleet.bundle.plan().exchanges().stream()
                .flatMap(exchange -> exchange.links().stream())
                .filter(link -> link.from() == 0)
                .mapToInt(Plan.Link::values)
                .sum();
        String annex = answer.annex();
        assertTrue(annex.contains("\"sentBytes\":" + (3 * 64 + 2 * values) + ","), annex);
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void underFaultsAnswersAreEqualOrMarkedAndNobodyHangs(Policy policy) {
        int equal = 0;
        int marked = 0;
        for (int workers = 2; workers <= 4; workers++) {
            AgentSettings settings = TestFleet.settings().withPolicy(policy).withDeadline(Duration.ofMillis(150));
            try (TestFleet fleet = fleet(workers, Kind.PARTIAL_SUMS, settings).begin()) {
                FaultPlan faults = FaultPlan.seeded(workers, 0.02, 0.05, 0.3, Duration.ofMillis(20));
                broker.setFaults((from, to, topic) ->
                        topic.contains("/frame/") ? faults.fate(from, to, topic) : List.of(Duration.ZERO));
                for (int burst = 0; burst < 5; burst++) {
                    List<Long> asked = new ArrayList<>();
                    for (int i = 0; i < 8; i++) {
                        asked.add(fleet.ask());
                    }
                    for (long inference : asked) {
                        Map<Integer, Frame> answers = fleet.requester().await(inference);
                        if (fleet.requester().isComplete(inference)) {
                            equal++;
                            assertEqual(fleet, inference);
                        } else {
                            marked++;
                            boolean failed = answers.values().stream()
                                    .anyMatch(frame -> frame.header().failed());
                            assertEquals(policy == Policy.FAIL, failed);
                        }
                    }
                }
                broker.setFaults(FaultPlan.NONE);
                fleet.awaitComplete();
            }
        }
        assertTrue(equal > 0 && marked > 3, equal + " equal, " + marked + " marked");
    }

    @Test
    void aKilledAgentIsDoneWithoutAndComesBack() {
        AgentSettings settings = TestFleet.settings().withDeadline(Duration.ofSeconds(1));
        TestFleet fleet = fleet(3, Kind.ACTIVATIONS, settings).begin();
        assertEqual(fleet, await(fleet, fleet.ask()));
        TestFleet.Member victim = fleet.members.get(2);
        long inFlight = fleet.ask();
        if (victim != null && victim.transport() instanceof InMemoryTransport wire) {
            wire.kill();
        }
        long after = fleet.ask();
        for (long inference : new long[] {inFlight, after}) {
            Await.until(
                    "the others answer",
                    () -> fleet.requester().answers(inference).keySet().containsAll(List.of(0, 1)));
        }
        Frame answer = fleet.requester().answer(after, 0);
        assertTrue(!answer.header().complete() && !answer.header().failed());
        assertTrue(answer.annex().contains("\"missing\":[2]"), answer.annex());
        fleet.start(2);
        fleet.awaitComplete();
        assertTrue(fleet.members.size() == 3);
    }

    private static long await(TestFleet fleet, long inference) {
        fleet.requester().await(inference);
        return inference;
    }

    @Test
    void aBrokerThatDiesAndReturnsStopsNobody() {
        TestFleet fleet = fleet(3, Kind.ACTIVATIONS, TestFleet.settings().withDeadline(Duration.ofMillis(300)))
                .begin();
        await(fleet, fleet.ask());
        broker.stop();
        broker.start();
        fleet.awaitComplete();
        for (TestFleet.Member member : fleet.members.values()) {
            assertFalse(member.agent().ended().isDone());
        }
    }

    @Test
    void ofTwoAgentsWithOneIdentityOneStopsAndSaysWhy() throws Exception {
        TestFleet fleet = fleet(2, Kind.ACTIVATIONS, TestFleet.settings()).begin();
        TestFleet.Member first = fleet.members.remove(0);
        Agent second = fleet.start(0);
        assertTrue(first != null);
        ExecutionException ended = assertThrows(
                ExecutionException.class, () -> first.agent().ended().get(30, TimeUnit.SECONDS));
        assertTrue(ended.getCause() instanceof LinkException why
                && why.reason() == LinkException.Reason.TAKEN_OVER
                && String.valueOf(why.getMessage()).contains("worker-0"));
        first.close();
        fleet.awaitComplete();
        assertFalse(second.ended().isDone(), "the newer one goes on");
    }

    @Test
    void aNewRouterBeginsANewEpochAndWhatIsLeftOfTheOldOneIsIgnored() {
        TestFleet fleet = fleet(2, Kind.ACTIVATIONS, TestFleet.settings()).begin();
        await(fleet, fleet.ask());
        fleet.request(6);
        fleet.awaitComplete();
        long dropped = fleet.agent(0).drops().of(Cause.OTHER_EPOCH);
        PlanHash hash = PlanHash.ofDigest(fleet.bundle.planHash());
        Presence old = new Presence("router", "of-old", 1, 0, Presence.Status.READY, 0, hash, 5, "old", false);
        fleet.requester().publish(topics.routerPresence(), old.toJson(), true);
        FrameHeader input = FrameHeader.of(FrameKind.INPUT, hash, 5, 999, 0, FrameDescriptor.ROUTER, 0, 1L << 40 | 77);
        fleet.requester().publish(topics.input(new Role.Worker(0)), Frame.encode(input, new float[6], ""), false);
        Await.until("it is dropped", () -> fleet.agent(0).drops().of(Cause.OTHER_EPOCH) == dropped + 1);
        fleet.awaitComplete();
    }

    @Test
    void framesOfAnotherPlanAreNeverApplied() {
        TestFleet fleet = fleet(2, Kind.ACTIVATIONS, TestFleet.settings()).begin();
        FrameHeader foreign =
                FrameHeader.of(FrameKind.INPUT, new PlanHash(1, 2), 5, 50, 0, FrameDescriptor.ROUTER, 0, 1L << 41 | 1);
        fleet.requester().publish(topics.input(new Role.Worker(0)), Frame.encode(foreign, new float[6], ""), false);
        Await.until("it is dropped", () -> fleet.agent(0).drops().of(Cause.OTHER_PLAN) == 1);
        fleet.requester().publish(topics.input(new Role.Worker(0)), new byte[] {1, 2, 3}, false);
        Await.until("it is dropped", () -> fleet.agent(0).drops().of(Cause.MALFORMED) == 1);
        assertEqual(fleet, await(fleet, fleet.ask()));
    }

    /** The limits an agent connects with. */
    private static Limits asked(Bundle bundle, AgentSettings settings) {
        List<Limits> asked = new ArrayList<>();
        InMemoryBroker open = new InMemoryBroker();
        Transport ear = new PassingTransport(open.newTransport()) {
            @Override
            public void connect(SessionSettings session) {
                asked.add(session.limits());
                super.connect(session);
            }
        };
        try (TestFleet fleet = new TestFleet(bundle, settings, () -> ear)) {
            fleet.start(0);
        }
        open.close();
        return asked.get(0);
    }

    @Test
    void theSendQueueHasRoomForTheFramesOfAllInferencesInFlight() {
        Bundle bundle = TinyBundles.write(folder.resolve("wide"), 3, Kind.ACTIVATIONS, 3, 3000, 8, 6, 4);
        long octets = 0;
        for (Plan.Exchange exchange : bundle.plan().exchanges()) {
            for (Plan.Link link : exchange.links()) {
                octets += link.from() == 0 ? link.bytes() : 0;
            }
        }
        Limits limits = asked(bundle, TestFleet.settings().withMaxInFlight(4000));
        assertTrue(4000 * octets > Limits.DEFAULT.maxQueuedBytes(), "the default would not do");
        assertTrue(limits.maxQueuedBytes() >= 4000 * octets, limits.toString());
        assertTrue(limits.maxQueuedMessages() >= 4000 * 7, limits.toString());
        assertEquals(Limits.DEFAULT, asked(bundle, TestFleet.settings()));
    }

    /** Throws at the next frame of this exchange, once. */
    private static Transport faulty(Transport sound, AtomicInteger step) {
        return new PassingTransport(sound) {
            @Override
            public CompletableFuture<Void> publish(String topic, byte[] payload, Qos qos, boolean retained) {
                int here =
                        topic.contains("/frame/") ? ByteBuffer.wrap(payload).getShort(FrameDescriptor.STEP_OFFSET) : 0;
                if (here > 0 && step.compareAndSet(here, 0)) {
                    throw new IllegalStateException("a fault in exchange " + here);
                }
                return super.publish(topic, payload, qos, retained);
            }
        };
    }

    /** With lost frames the fault is met when a deadline passes, else when a frame comes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFaultOfTheProgramFailsWhatIsInFlightWithASentenceAndNothingElse(boolean lost) {
        AtomicInteger step = new AtomicInteger();
        TestFleet fleet = new TestFleet(
                folder.resolve("faulty"),
                2,
                Kind.ACTIVATIONS,
                TestFleet.settings().withDeadline(Duration.ofMillis(200)),
                () -> faulty(broker.newTransport(), step));
        fleets.add(fleet);
        fleet.begin();
        await(fleet, fleet.ask());
        if (lost) {
            broker.setFaults((from, to, topic) -> topic.contains("/frame/") ? List.of() : List.of(Duration.ZERO));
        }
        step.set(2);
        long inference = await(fleet, fleet.ask());
        assertTrue(
                fleet.requester().answers(inference).values().stream()
                        .anyMatch(answer ->
                                answer.header().failed() && answer.annex().contains("a fault in exchange 2")),
                fleet.requester().describe(inference));
        broker.setFaults(FaultPlan.NONE);
        fleet.awaitComplete();
        for (TestFleet.Member member : fleet.members.values()) {
            assertFalse(member.agent().ended().isDone());
        }
    }

    @Test
    void duplicatesCountOnce() {
        TestFleet fleet = fleet(3, Kind.ACTIVATIONS, TestFleet.settings()).begin();
        broker.setFaults((from, to, topic) ->
                topic.contains("/presence") ? List.of(Duration.ZERO) : List.of(Duration.ZERO, Duration.ZERO));
        for (int i = 0; i < 10; i++) {
            assertEqual(fleet, await(fleet, fleet.ask()));
        }
        assertTrue(fleet.agent(1).drops().of(Cause.REPEATED) >= 10 * 7 - 7);
        Await.until(
                "the last answer is counted", () -> fleet.agent(1).statistics().answered() == 10);
    }

    @Test
    void lostFramesAreSeenInTheNumbers() {
        TestFleet fleet = fleet(2, Kind.ACTIVATIONS, TestFleet.settings().withDeadline(Duration.ofMillis(100)))
                .begin();
        await(fleet, fleet.ask());
        assertEquals(0, fleet.agent(1).lost());
        broker.setFaults((from, to, topic) -> topic.endsWith("/frame/1") ? List.of() : List.of(Duration.ZERO));
        await(fleet, fleet.ask());
        broker.setFaults(FaultPlan.NONE);
        await(fleet, fleet.ask());
        assertEquals(3, fleet.agent(1).lost());
        assertTrue(
                fleet.agent(1).status().contains("lost 3 frames"),
                fleet.agent(1).status());
    }

    @Test
    void whoeverIsMissingKeepsTheOthersWaitingButNotIdle() {
        TestFleet fleet = fleet(2, Kind.ACTIVATIONS, TestFleet.settings().withDeadline(Duration.ofMillis(100)));
        fleet.request(5);
        Agent early = fleet.start(0);
        long inference = fleet.ask();
        Await.until(
                "it answers all the same",
                () -> fleet.requester().answers(inference).containsKey(0));
        assertFalse(early.ready(), "worker 1 is missing");
        fleet.start(1);
        fleet.awaitReady();
        fleet.awaitComplete();
    }

    @Test
    void localSourcesFeedInferences() {
        TestFleet fleet = fleet(2, Kind.PARTIAL_SUMS, TestFleet.settings());
        fleet.begin(k -> {
            StringBuilder lines = new StringBuilder();
            for (long i = 1; i <= 3; i++) {
                float[] sample = fleet.sample(i);
                for (int j = 6 * k; j < 6 * k + 6; j++) {
                    lines.append(sample[j]).append(j < 6 * k + 5 ? "," : "\n");
                }
            }
            byte[] bytes = lines.toString().getBytes(StandardCharsets.US_ASCII);
            return new StreamSource(() -> new ByteArrayInputStream(bytes), 6);
        });
        for (long i = 1; i <= 3; i++) {
            fleet.requester().ask(i, null);
            fleet.requester().await(i);
            assertEqual(fleet, i);
        }
        fleet.requester().ask(4, null);
        fleet.requester().await(4);
        Frame end = fleet.requester().answer(4, 0);
        assertTrue(end.header().failed());
        assertTrue(end.annex().contains("the local source has ended after 3 records"), end.annex());
    }

    @Test
    void whoMayNotSubscribeIsToldSo() {
        TestFleet fleet = fleet(2, Kind.ACTIVATIONS, TestFleet.settings());
        InMemoryBroker strict =
                new InMemoryBroker(Map.of("worker-0", TestFleet.PASSWORD), user -> topics.rights(new Role.Worker(1)));
        TestFleet alone = new TestFleet(fleet.bundle, TestFleet.settings(), strict::newTransport);
        fleets.add(alone);
        LinkException why = assertThrows(LinkException.class, () -> alone.start(0));
        assertEquals(LinkException.Reason.NOT_AUTHORISED, why.reason());
        strict.close();
    }

    @Test
    void framesThatMayNotBeSentAreCounted() {
        Rights worker = topics.rights(new Role.Worker(0));
        Rights mute = new Rights(
                worker.publish().stream()
                        .filter(topic -> !topic.endsWith("/answer"))
                        .toList(),
                worker.subscribe());
        InMemoryBroker strict = new InMemoryBroker(
                Map.of("worker-0", TestFleet.PASSWORD, "router", TestFleet.PASSWORD),
                user -> user.equals("router") ? topics.rights(new Role.Router()) : mute);
        TestFleet alone =
                new TestFleet(folder.resolve("alone"), 1, Kind.ACTIVATIONS, TestFleet.settings(), strict::newTransport);
        fleets.add(alone);
        alone.begin();
        alone.ask();
        Await.until("the refusal is counted", () -> alone.agent(0).status().endsWith("unsent 1"));
        strict.close();
    }
}
