package starling.deploy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.agent.learn.Learner;
import starling.agent.learn.LearnerSettings;
import starling.learning.settings.TrialSettings;
import starling.link.LinkState;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.frame.MalformedFrameException;
import starling.link.frame.PlanHash;
import starling.link.memory.FaultPlan;
import starling.link.memory.InMemoryBroker;
import starling.link.memory.InMemoryTransport;
import starling.link.piece.Piece;
import starling.link.presence.Presence;
import starling.link.presence.PresenceAnnouncer;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Split;
import starling.router.trial.AgentTerms;
import starling.router.trial.RoundRecord;
import starling.router.trial.Trial;

/** Trials with agents, in one process over the in-memory broker: the same models as simulated nodes learn, whatever happens on the way. */
@Timeout(120)
class AgentTrialTest {
    private static final String BASE = """
            model: region
            data: builtin:region,limit=300
            test: builtin:region,split=test,limit=100
            share: {by: unbalanced, spread: 0.7}
            local: {batch: 8}
            evaluate: 4
            checkpoint: 3
            """;
    private static final String FADING =
            "{mode: over-the-air, gain: 8, channel: {snr: 18, fading: rayleigh, estimation-error: 0.001}}";
    private static final String FLEET = "barn";
    private static final Topics TOPICS = new Topics(FLEET);

    private final InMemoryBroker broker = new InMemoryBroker();
    private final Map<Integer, Learner> learners = new HashMap<>();
    private final Map<Integer, InMemoryTransport> transports = new HashMap<>();
    private final AtomicInteger instances = new AtomicInteger();

    @AfterEach
    void end() {
        learners.values().forEach(Learner::close);
        broker.close();
    }

    private static TrialSettings settings(String more) {
        return TrialSettings.parse("t", BASE + more);
    }

    private static Trial.Watch nothing() {
        return watch(round -> {}, new ArrayList<>());
    }

    private static Trial.Watch watch(LongConsumer after, List<String> warnings) {
        return new Trial.Watch() {
            @Override
            public void round(RoundRecord record) {
                after.accept(record.round());
            }

            @Override
            public synchronized void warning(String sentence) {
                warnings.add(sentence);
            }
        };
    }

    private static float[] simulated(TrialSettings settings) {
        return new Trial(settings, nothing()).run().weights();
    }

    private Trial trial(TrialSettings settings, Trial.Watch watch, int deadline, int gather) {
        SessionSettings session =
                SessionSettings.of(TOPICS, new Role.Router(), "router-" + instances.incrementAndGet());
        AgentTerms terms = new AgentTerms(
                FLEET, "router-" + instances, session, Duration.ofSeconds(deadline), Duration.ofSeconds(gather));
        return new Trial(settings, watch, 1, new Trial.Agents(terms, broker::newTransport));
    }

    private Learner learner(int node, @Nullable String data, @Nullable Path state) {
        String instance = "agent-" + instances.incrementAndGet();
        InMemoryTransport transport = broker.newTransport();
        Learner learner = new Learner(
                new LearnerSettings(FLEET, node, data == null ? null : DataSpec.parse(data), null, state, 1, "test"),
                instance,
                transport);
        learners.put(node, learner);
        transports.put(node, transport);
        learner.start(SessionSettings.of(TOPICS, new Role.Worker(node), instance));
        return learner;
    }

    private InMemoryTransport transport(int node) {
        return Objects.requireNonNull(transports.get(node));
    }

    private void learners(int nodes) {
        for (int node = 0; node < nodes; node++) {
            learner(node, null, null);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uplink: {code: none}",
                "uplink: {code: 'default:gain=16', feedback: 1}",
                "participation: 0.6\nlocal: {steps: 3, batch: 4, rate: 0.05}\nuplink: {code: 'eden:bits=2'}",
                "participation: 0.6\nuplink: " + FADING,
                "participation: 0.6\nuplink: {mode: over-the-air, gain: 8, feedback: 0.5, channel: {snr: 5}}",
                "uplink: {mode: over-the-air, gain: 8, masked: true}",
                "uplink: {mode: over-the-air, gain: 8, masked: true, channel: {snr: 18, fading: rayleigh, phase: 0.1}}",
                "local: {steps: 2, batch: 4, rate: 0.05}\nuplink: {code: none, channel: {downlink: 25}}"
            })
    void agentsLearnWhatSimulatedNodesLearnToTheLastBit(String more) throws Exception {
        String text = more.contains("local:") ? BASE.replace("local: {batch: 8}\n", "") + more : BASE + more;
        TrialSettings settings = TrialSettings.parse("t", text + "\nnodes: 5\nrounds: 12\n");
        learners(5);
        Trial.Result result = trial(settings, nothing(), 30, 30).run();
        assertArrayEquals(simulated(settings), result.weights());
        assertTrue(result.records().stream().allMatch(record -> record.missing() == 0 && record.bytesUp() > 0));
        for (Learner learner : learners.values()) {
            learner.ended().get(10, TimeUnit.SECONDS);
        }
    }

    /** Messages that come twice, late and in another order change nothing. */
    @Test
    void repeatedAndOvertakenPiecesAreAddedOnce() {
        TrialSettings settings = settings("nodes: 4\nrounds: 10\nuplink: {code: none}\n");
        broker.setFaults(FaultPlan.seeded(5, 0, 0.5, 0.3, Duration.ofMillis(5)));
        learners(4);
        Trial.Result result = trial(settings, nothing(), 30, 30).run();
        assertArrayEquals(simulated(settings), result.weights());
        assertTrue(result.records().stream().allMatch(record -> record.sent() == 4));
    }

    /** When a node says that it takes part. */
    private CompletableFuture<Void> entering(int node) {
        CompletableFuture<Void> entered = new CompletableFuture<>();
        InMemoryTransport ear = broker.newTransport();
        CompletableFuture<Void> listens = ear.subscribe(TOPICS.learner(new Role.Worker(node)), message -> {
            entered.complete(null);
        });
        ear.connect(SessionSettings.of("ear-" + instances.incrementAndGet()));
        listens.join();
        return entered.whenComplete((done, failure) -> ear.close());
    }

    @Test
    void killedAgentsAreNotWaitedForAndLateOnesTakePartFromTheNextRound() {
        TrialSettings settings = settings("nodes: 8\nrounds: 60\nuplink: {code: 'default:gain=8'}\n");
        for (int node = 0; node < 7; node++) {
            learner(node, null, null);
        }
        List<String> warnings = new ArrayList<>();
        Trial.Result result = trial(
                        settings,
                        watch(
                                round -> {
                                    if (round == 10) {
                                        transport(1).kill();
                                        transport(2).kill();
                                    } else if (round == 20) {
                                        CompletableFuture<Void> enters = entering(7);
                                        learner(7, null, null);
                                        enters.orTimeout(30, TimeUnit.SECONDS).join();
                                    }
                                },
                                warnings),
                        30,
                        10)
                .run();
        List<RoundRecord> records = result.records();
        assertEquals(60, records.size());
        assertEquals(1, records.get(5).missing(), "node 7 is not there yet");
        assertEquals(3, records.get(15).missing(), "nodes 1 and 2 were killed");
        assertEquals(2, records.get(59).missing(), "node 7 has joined");
        assertEquals(6, records.get(59).sent());
        assertTrue(warnings.stream().anyMatch(sentence -> sentence.startsWith("the trial goes on with 7 of 8 nodes")));
        double undisturbed = new Trial(settings, nothing()).run().accuracy();
        // Of 100 test samples; without two of eight shares the model is another one, and about as good.
        assertEquals(undisturbed, result.accuracy(), 0.06);
    }

    /** Over the air, what is missing of the sum is made up for: the update keeps its length. */
    @Test
    void overTheAirTheMeanKeepsItsLengthWithoutHalfOfTheNodes() {
        TrialSettings settings = settings("nodes: 4\nrounds: 1\nuplink: {mode: over-the-air, gain: 1}\n");
        learners(4);
        float[] all = trial(settings, nothing(), 30, 30).run().weights();
        assertArrayEquals(simulated(settings), all);
        learners.values().forEach(Learner::close);
        learners.clear();
        learner(0, null, null);
        learner(3, null, null);
        float[] half = trial(settings, nothing(), 30, 8).run().weights();
        float[] begin = simulated(settings("nodes: 4\nrounds: 1\nserver: {rate: 1e-30}\n"));
        double ratio = distance(half, begin) / distance(all, begin);
        assertTrue(ratio > 0.7 && ratio < 1.6, "ratio " + ratio);
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow((double) a[i] - b[i], 2);
        }
        return Math.sqrt(sum);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 10})
    void aRouterThatWasKilledGoesOnWithTheSameAgentsToTheSameModel(int stop, @TempDir Path folder) {
        TrialSettings settings = settings("nodes: 3\nrounds: 12\nuplink: {code: 'default:gain=16', feedback: 1}\n");
        learners(3);
        assertThrows(Killed.class, () -> trial(
                        settings,
                        watch(
                                round -> {
                                    if (round == stop) {
                                        throw new Killed();
                                    }
                                },
                                new ArrayList<>()),
                        30,
                        30)
                .run(folder, false));
        Trial.Result result = trial(settings, nothing(), 30, 30).run(folder, true);
        assertArrayEquals(simulated(settings), result.weights());
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void anAgentThatReturnsGoesOnWithItsResidual(@TempDir Path folder) {
        TrialSettings settings =
                settings("nodes: 2\nrounds: 12\nparticipation: 0.5\nuplink: {code: 'top-k:share=0.05', feedback: 1}\n");
        learner(0, null, folder.resolve("0"));
        learner(1, null, folder.resolve("1"));
        Trial.Result result = trial(
                        settings,
                        watch(
                                round -> {
                                    if (round == 6) {
                                        transport(1).kill();
                                        Objects.requireNonNull(learners.get(1)).close();
                                        learner(1, null, folder.resolve("1"));
                                        await(() -> transport(1).state() == LinkState.CONNECTED);
                                    }
                                },
                                new ArrayList<>()),
                        30,
                        30)
                .run();
        int missing = result.records().stream().mapToInt(RoundRecord::missing).sum();
        if (missing == 0) {
            assertArrayEquals(simulated(settings), result.weights());
        }
        assertTrue(missing <= 2, "missing " + missing);
    }

    private static void await(BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertTrue(holds.getAsBoolean());
    }

    @Test
    void aBrokerThatDiesCostsNoMoreThanItsRound() {
        TrialSettings settings = settings("nodes: 3\nrounds: 12\nuplink: {code: none}\n");
        learners(3);
        Trial.Result result = trial(
                        settings,
                        watch(
                                round -> {
                                    if (round == 6) {
                                        broker.stop();
                                        broker.start();
                                    }
                                },
                                new ArrayList<>()),
                        30,
                        30)
                .run();
        assertEquals(12, result.records().size());
        int full = (int)
                result.records().stream().filter(record -> record.sent() == 3).count();
        assertTrue(full >= 11, "rounds with all nodes: " + full);
    }

    /**
     * What the router gets of a masked frame is uniform: of so many 64-bit numbers about half have their highest bit set, and about half the
     * one below; within six standard deviations, by chance beyond with a probability below 1e-8. Frames as they are differ there from
     * each other in next to nothing.
     */
    @Test
    void maskedFramesLookLikeNoise() {
        for (boolean masked : new boolean[] {true, false}) {
            TrialSettings settings =
                    settings("nodes: 3\nrounds: 2\nuplink: {mode: over-the-air, gain: 1, masked: " + masked + "}\n");
            List<Long> heard = new ArrayList<>();
            InMemoryTransport ear = broker.newTransport();
            CompletableFuture<Void> granted = ear.subscribe(TOPICS.everyUpdate(), message -> {
                try {
                    ByteBuffer in =
                            ByteBuffer.wrap(Piece.decode(message.payload()).bytes());
                    in.position(masked ? 18 : 9);
                    while (in.remaining() >= Long.BYTES) {
                        heard.add(in.getLong());
                    }
                } catch (MalformedFrameException e) {
                    throw new IllegalStateException(e);
                }
            });
            ear.connect(SessionSettings.of("ear"));
            granted.join();
            learners(3);
            trial(settings, nothing(), 30, 30).run();
            ear.close();
            learners.values().forEach(Learner::close);
            assertTrue(heard.size() > 10_000, "heard " + heard.size());
            double first = heard.stream().filter(number -> number < 0).count() / (double) heard.size();
            double second = heard.stream().filter(number -> number << 1 < 0).count() / (double) heard.size();
            double most = 3 / Math.sqrt(heard.size());
            boolean uniform = Math.abs(first - 0.5) < most && Math.abs(second - 0.5) < most;
            assertEquals(masked, uniform, first + " and " + second);
        }
    }

    /** A node that takes part and never answers: its masks are taken out of the sum by the keys of the others. */
    @ParameterizedTest
    @ValueSource(strings = {"", ", channel: {snr: 18}"})
    void theSumIsRightWithoutANodeThatDidNotSend(String channel) throws Exception {
        float[][] learned = new float[2][];
        for (int masked = 0; masked < 2; masked++) {
            TrialSettings settings = settings("nodes: 4\nrounds: 2\nuplink: {mode: over-the-air, gain: 8, masked: "
                    + (masked == 1) + channel + "}\n");
            learners(3);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
            String key = Base64.getEncoder()
                    .encodeToString(generator.generateKeyPair().getPublic().getEncoded());
            try (Mute mute = new Mute(3, "\"" + key + "\"")) {
                mute.connect();
                List<String> warnings = new ArrayList<>();
                Trial.Result result =
                        trial(settings, watch(round -> {}, warnings), 3, 30).run();
                learned[masked] = result.weights();
                assertTrue(result.records().stream().allMatch(record -> record.sent() == 3), warnings.toString());
                assertTrue(result.records().stream().allMatch(record -> record.missing() == 1), warnings.toString());
            }
            learners.values().forEach(Learner::close);
        }
        assertArrayEquals(learned[0], learned[1]);
    }

    /** With one frame left in the sum the router would have it: the nodes tell no keys, and the rounds are void. */
    @Test
    void nobodyRevealsKeysForASumOfOne() throws Exception {
        TrialSettings settings = settings("nodes: 2\nrounds: 2\nuplink: {mode: over-the-air, gain: 8, masked: true}\n");
        learners(1);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
        String key = Base64.getEncoder()
                .encodeToString(generator.generateKeyPair().getPublic().getEncoded());
        try (Mute mute = new Mute(1, "\"" + key + "\"")) {
            mute.connect();
            List<String> warnings = new ArrayList<>();
            Trial.Result result =
                    trial(settings, watch(round -> {}, warnings), 3, 30).run();
            float[] begin = simulated(settings("nodes: 2\nrounds: 1\nserver: {rate: 1e-30}\n"));
            assertArrayEquals(begin, result.weights(), 1e-20f);
            assertTrue(
                    warnings.stream()
                            .anyMatch(sentence -> sentence.startsWith("round 1 is void: the masks of 1 missing")),
                    warnings.toString());
        }
    }

    /** Takes part in every trial, and never answers. */
    private final class Mute implements AutoCloseable {
        private final InMemoryTransport transport = broker.newTransport();
        private final Role.Worker role;
        private final PresenceAnnouncer presence;

        Mute(int node, String key) {
            role = new Role.Worker(node);
            presence = announcer(role);
            var unused = transport.subscribe(TOPICS.trial(), message -> {
                String[] parts = trialAndEpoch(message.payload());
                say(transport, role, parts[0], Long.parseLong(parts[1]), key);
                presence.update(before -> before.withEpoch(Long.parseLong(parts[1])));
            });
        }

        void connect() {
            transport.connect(SessionSettings.of(TOPICS, role, "mute"));
            presence.begin(transport, Duration.ofMillis(500));
        }

        @Override
        public void close() {
            presence.close();
            transport.close();
        }
    }

    private static PresenceAnnouncer announcer(Role.Worker role) {
        return new PresenceAnnouncer(
                TOPICS,
                role,
                new Presence(role.user(), "other", 1, 0, Presence.Status.READY, 0, PlanHash.NONE, 0, "test", false));
    }

    private static String[] trialAndEpoch(byte[] notice) {
        return new String(notice, StandardCharsets.UTF_8)
                .replaceAll("(?s).*\"trial\":\"([0-9a-f]+)\",\"epoch\":(\\d+).*", "$1 $2")
                .split(" ", -1);
    }

    /** Pieces of a stale round, of somebody else, damaged ones, numbers that are none, and a second answer. */
    @Test
    void whatAHostileNodeSendsStaysOutOfTheSum() {
        TrialSettings settings = TrialSettings.parse(
                "t",
                BASE.replace("share: {by: unbalanced, spread: 0.7}\n", "share: {by: own}\n")
                        + "nodes: 3\nrounds: 8\nuplink: {code: none}\n");
        InMemoryTransport hostile = broker.newTransport();
        Role.Worker two = new Role.Worker(2);
        int length = simulated(settings("nodes: 3\nrounds: 1\n")).length;
        PresenceAnnouncer presence = announcer(two);
        var unused = hostile.subscribe(TOPICS.trial(), message -> {
            String[] parts = trialAndEpoch(message.payload());
            long epoch = Long.parseLong(parts[1]);
            say(hostile, two, parts[0], epoch, "null");
            presence.update(before -> before.withEpoch(epoch));
        });
        var unusedToo = hostile.subscribe(TOPICS.round(), message -> {
            try {
                Piece.Key key = Piece.decode(message.payload()).key();
                byte[] answer = new byte[9 + 4 * length];
                answer[0] = 1;
                Arrays.fill(answer, 9, answer.length, (byte) -1);
                send(hostile, two, new Piece.Key(key.kind(), 0, key.epoch(), key.round()), answer);
                send(hostile, two, new Piece.Key(key.kind(), 2, key.epoch(), key.round() - 1), answer);
                send(hostile, two, new Piece.Key(key.kind(), 2, key.epoch() - 1, key.round()), answer);
                var unusedThree = hostile.publish(TOPICS.update(two), new byte[50], Qos.AT_LEAST_ONCE, false);
                byte[] last =
                        switch ((int) (key.round() % 4)) {
                            case 0 -> answer;
                            case 1 -> new byte[] {1};
                            case 2 -> new byte[9 + 7];
                            default -> Arrays.copyOf(answer, 20);
                        };
                send(hostile, two, new Piece.Key(key.kind(), 2, key.epoch(), key.round()), last);
                send(hostile, two, new Piece.Key(key.kind(), 2, key.epoch(), key.round()), last);
            } catch (MalformedFrameException e) {
                throw new IllegalStateException(e);
            }
        });
        hostile.connect(SessionSettings.of(TOPICS, two, "hostile"));
        presence.begin(hostile, Duration.ofMillis(500));
        List<String> warnings = new ArrayList<>();
        learner(0, "builtin:region,limit=100", null);
        learner(1, "builtin:region,limit=100", null);
        Trial.Result result =
                trial(settings, watch(round -> {}, warnings), 30, 30).run();
        presence.close();
        hostile.close();
        assertTrue(
                result.records().stream().allMatch(record -> record.sent() == 2),
                result.records().toString());
        for (float weight : result.weights()) {
            assertTrue(Float.isFinite(weight));
        }
        assertTrue(
                warnings.stream().anyMatch(sentence -> sentence.contains("must speak for itself")),
                warnings.toString());
        assertTrue(
                warnings.stream().anyMatch(sentence -> sentence.contains("node 2 is left out")), warnings.toString());
        assertFalse(warnings.stream().anyMatch(sentence -> sentence.startsWith("node 0")), warnings.toString());
    }

    private static void say(InMemoryTransport over, Role.Worker role, String trial, long epoch, String key) {
        String json = "{\"schema\":1,\"trial\":\"" + trial + "\",\"epoch\":" + epoch + ",\"samples\":"
                + samples(role.number()) + ",\"key\":" + key + ",\"refused\":null}";
        var unused = over.publish(TOPICS.learner(role), json.getBytes(StandardCharsets.UTF_8), Qos.AT_LEAST_ONCE, true);
    }

    /** What a node's share has in a trial of four or two, or its own samples among three. */
    private static int samples(int node) {
        if (node == 2) {
            return 100;
        }
        TrialSettings settings = settings("nodes: " + (node + 1) + "\n");
        int[] labels = settings.data().open(Split.TRAIN, settings.seed()).labels();
        return settings.sharing().deal(labels, node + 1, settings.seed()).get(node).length;
    }

    private static void send(InMemoryTransport over, Role.Worker role, Piece.Key key, byte[] message) {
        for (Piece piece : Piece.of(key, message, Piece.BYTES)) {
            var unused = over.publish(TOPICS.update(role), piece.encode(), Qos.AT_LEAST_ONCE, false);
        }
    }

    @Test
    void anAgentWhoseDataDoNotFitSaysSoAndEnds() throws InterruptedException, TimeoutException {
        TrialSettings settings = settings("nodes: 2\nrounds: 3\nuplink: {code: none}\n");
        learner(0, null, null);
        Learner wrong = learner(1, "builtin:mnist,limit=300", null);
        List<String> warnings = new ArrayList<>();
        Trial.Result result =
                trial(settings, watch(round -> {}, warnings), 30, 5).run();
        assertEquals(3, result.records().size());
        ExecutionException ended =
                assertThrows(ExecutionException.class, () -> wrong.ended().get(10, TimeUnit.SECONDS));
        assertTrue(ended.getCause() instanceof UnfitException, String.valueOf(ended.getCause()));
        assertTrue(
                warnings.stream().anyMatch(sentence -> sentence.startsWith("node 1 cannot take part: ")),
                warnings.toString());
    }

    @Test
    void withoutAnyNodeTheTrialEndsWithASentence() {
        TrialSettings settings = settings("nodes: 2\nrounds: 3\nuplink: {code: none}\n");
        UnfitException none = assertThrows(
                UnfitException.class, () -> trial(settings, nothing(), 30, 1).run());
        assertTrue(
                String.valueOf(none.getMessage())
                        .startsWith("a round needs at least one node: none was there within 1 s"),
                none.getMessage());
    }

    /** A frame longer than a piece travels in several. */
    @Test
    void longUpdatesTravelInPieces() {
        TrialSettings settings = TrialSettings.parse("t", """
                model: fc-300-100
                data: builtin:mnist,limit=64
                test: builtin:mnist,split=test,limit=20
                nodes: 2
                rounds: 2
                uplink: {code: none}
                """);
        List<Integer> counts = Collections.synchronizedList(new ArrayList<>());
        InMemoryTransport ear = broker.newTransport();
        CompletableFuture<Void> heard =
                ear.subscribe(TOPICS.everyUpdate(), message -> counts.add(message.payload().length));
        ear.connect(SessionSettings.of("ear"));
        heard.join();
        learners(2);
        Trial.Result result = trial(settings, nothing(), 30, 30).run();
        assertArrayEquals(simulated(settings), result.weights());
        int bytes = 4 * result.weights().length + 9;
        int pieces = (bytes + Piece.BYTES - 1) / Piece.BYTES;
        assertTrue(pieces > 3);
        await(() -> counts.size() >= 4 * pieces);
        assertEquals(4 * pieces, counts.size());
        assertTrue(counts.stream().allMatch(count -> count <= Piece.BYTES + 40));
        assertEquals(
                counts.stream().mapToLong(count -> count).sum(),
                result.records().stream().mapToLong(RoundRecord::bytesUp).sum());
        ear.close();
    }
}
