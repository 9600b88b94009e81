package starling.agent.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.agent.inference.VirtualFleet.EPOCH;
import static starling.agent.inference.VirtualFleet.HASH;
import static starling.agent.inference.VirtualFleet.MS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import starling.agent.inference.Drops.Cause;
import starling.agent.inference.VirtualFleet.Answer;
import starling.link.frame.Frame;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;

/** Fleets of loops in virtual time: every fault is placed, every wait is exact. */
class InferenceLoopTest {
    private static final double EQUAL = 1e-5;
    private static final long DEADLINE = 50;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Bundle bundle(int workers, Kind kind) {
        return TinyBundles.write(folder.resolve(kind + "-" + workers), workers, kind, 11);
    }

    private static VirtualFleet fleet(Bundle bundle, Policy policy) {
        return new VirtualFleet(bundle, policy, DEADLINE, 16);
    }

    private static float[] sample(Bundle bundle, long seed) {
        return TinyBundles.samples(bundle.plan(), 1, seed);
    }

    private static void assertClose(float[] expected, float[] actual, String what) {
        double apart = TinyBundles.relativeDifference(expected, actual);
        assertTrue(apart <= EQUAL, what + ": " + apart);
    }

    private static float[] logits(Bundle bundle, float[] sample) {
        float[] logits = TinyBundles.original(bundle, sample, 1).get("logits");
        return logits == null ? new float[0] : logits;
    }

    /** The original's outputs for the samples with these seeds. */
    private static float[][] logits(Bundle bundle, int from, int to) {
        int elements = bundle.plan().inputElements();
        float[] samples = new float[(to - from + 1) * elements];
        for (int i = from; i <= to; i++) {
            System.arraycopy(sample(bundle, i), 0, samples, (i - from) * elements, elements);
        }
        float[] all = TinyBundles.original(bundle, samples, to - from + 1).get("logits");
        float[][] each = new float[to - from + 1][];
        for (int i = 0; all != null && i < each.length; i++) {
            int values = all.length / each.length;
            each[i] = Arrays.copyOfRange(all, i * values, (i + 1) * values);
        }
        return each;
    }

    private static JsonNode account(Answer answer) {
        try {
            return JSON.readTree(answer.account());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer answer(VirtualFleet fleet, long inference, int worker) {
        Answer answer = fleet.answer(inference, worker);
        if (answer == null) {
            throw new AssertionError("worker " + worker + " did not answer inference " + inference);
        }
        return answer;
    }

    /** A network that loses one frame and is quick otherwise. */
    private static VirtualFleet.Network losing(long inference, int step, int from, int to) {
        return header -> header.kind() == FrameKind.EXCHANGE
                        && header.inference() == inference
                        && header.step() == step
                        && header.source() == from
                        && header.receiver() == to
                ? List.of()
                : List.of(MS / 10);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void undisturbedAnswersAreTheOriginals(Kind kind) {
        for (int workers = 1; workers <= 5; workers++) {
            Bundle bundle = bundle(workers, kind);
            try (VirtualFleet fleet = fleet(bundle, Policy.FAIL)) {
                for (int i = 1; i <= 3; i++) {
                    float[] sample = sample(bundle, i);
                    fleet.ask(i, sample);
                    fleet.run();
                    assertTrue(fleet.isComplete(i));
                    assertClose(logits(bundle, sample), fleet.outputs(i), kind + " on " + workers);
                    assertCosts(fleet, i);
                }
                assertTrue(
                        fleet.drops.stream().allMatch(drops -> drops.toString().equals("nothing")));
                assertEquals(3, fleet.statistics.get(0).answered());
            }
        }
    }

    /** The accounts add up to what the plan says. */
    private static void assertCosts(VirtualFleet fleet, long inference) {
        Plan plan = fleet.plan;
        long sent = 0;
        long received = 0;
        long frames = 0;
        long rounds = 0;
        for (int k = 0; k < plan.workers(); k++) {
            JsonNode account = account(answer(fleet, inference, k));
            sent += account.get("sentBytes").asLong();
            received += account.get("receivedBytes").asLong();
            frames += account.get("sentFrames").asLong();
            rounds = Math.max(rounds, account.get("rounds").asLong());
            assertTrue(account.get("error").isNull());
            assertEquals(0, account.get("missing").size());
        }
        assertEquals(plan.account().bytes(), sent);
        assertEquals(plan.account().bytes(), received);
        assertEquals(plan.exchanges().stream().mapToLong(e -> e.links().size()).sum(), frames);
        assertEquals(plan.rounds(), rounds);
    }

    @Test
    void waitingIsWhatTheNetworkTakes() {
        Bundle bundle = bundle(2, Kind.PARTIAL_SUMS);
        try (VirtualFleet fleet = fleet(bundle, Policy.FAIL)) {
            fleet.network = header -> List.of(header.kind() == FrameKind.INPUT ? MS : 3 * MS);
            fleet.ask(1, sample(bundle, 1));
            fleet.run();
            for (int k = 0; k < 2; k++) {
                assertEquals(
                        9_000, account(answer(fleet, 1, k)).get("waitMicros").asLong());
                assertEquals(
                        0, account(answer(fleet, 1, k)).get("computeMicros").asLong());
            }
        }
    }

    @Test
    void manyInFlightOverAnUnrulyNetworkAreAllEqual() {
        Bundle bundle = bundle(3, Kind.ACTIVATIONS);
        SplittableRandom random = new SplittableRandom(4);
        try (VirtualFleet fleet = fleet(bundle, Policy.FAIL)) {
            fleet.network = header -> random.nextInt(5) == 0
                    ? List.of(random.nextLong(8 * MS), random.nextLong(8 * MS))
                    : List.of(random.nextLong(8 * MS));
            for (int burst = 0; burst < 20; burst++) {
                for (int i = 1; i <= 16; i++) {
                    fleet.ask(16 * burst + i, sample(bundle, 16 * burst + i));
                }
                fleet.run();
            }
            float[][] logits = logits(bundle, 1, 320);
            for (int i = 1; i <= 320; i++) {
                assertTrue(fleet.isComplete(i), "inference " + i);
                assertClose(logits[i - 1], fleet.outputs(i), "inference " + i);
            }
            assertTrue(fleet.drops.get(0).of(Cause.LATE) > 0, "doubled frames were seen: " + fleet.drops.get(0));
            assertTrue(fleet.drops.get(0).of(Cause.REPEATED) > 0, "doubled inputs were seen: " + fleet.drops.get(0));
        }
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void whateverIsLostAnswersAreEqualOrMarked(Policy policy) {
        SplittableRandom random = new SplittableRandom(100 + policy.name().length());
        int marked = 0;
        int complete = 0;
        for (int workers = 2; workers <= 4; workers++) {
            Bundle bundle =
                    bundle(workers, workers == 2 ? Kind.PARTIAL_SUMS : workers == 3 ? Kind.CHAIN : Kind.ACTIVATIONS);
            try (VirtualFleet fleet = fleet(bundle, policy)) {
                double drop = 0.02 * workers;
                fleet.network = header -> {
                    if (random.nextDouble() < drop) {
                        return List.of();
                    }
                    long longest = random.nextDouble() < 0.02 ? 3 * DEADLINE * MS : 20 * MS;
                    long first = random.nextLong(longest);
                    return random.nextDouble() < 0.1 ? List.of(first, random.nextLong(longest)) : List.of(first);
                };
                for (int burst = 0; burst < 15; burst++) {
                    for (int i = 1; i <= 8; i++) {
                        fleet.ask(8 * burst + i, sample(bundle, 8 * burst + i));
                    }
                    long begun = fleet.now;
                    fleet.run();
                    assertTrue(fleet.now - begun < 20 * DEADLINE * MS, "it ends in bounded time");
                }
                for (InferenceLoop loop : fleet.loops) {
                    assertEquals(0, loop.inFlight());
                }
                float[][] all = logits(bundle, 1, 120);
                for (int i = 1; i <= 120; i++) {
                    float[] logits = all[i - 1];
                    int at = 0;
                    for (int k = 0; k < workers; k++) {
                        int values = fleet.plan.parts().get(k).outputValues();
                        Answer answer = fleet.answer(i, k);
                        if (answer != null && answer.header().complete()) {
                            complete++;
                            assertClose(Arrays.copyOfRange(logits, at, at + values), answer.values(), "inference " + i);
                        } else if (answer != null) {
                            marked++;
                            assertEquals(policy == Policy.FAIL, answer.header().failed());
                            assertEquals(answer.header().failed() ? 0 : values, answer.values().length);
                        }
                        at += values;
                    }
                }
            }
        }
        assertTrue(marked > 60 && complete > 180, marked + " marked, " + complete + " complete");
    }

    @Test
    void zerosStandForALostFrameAndTaintWhatFollows() {
        Bundle bundle = bundle(3, Kind.PARTIAL_SUMS);
        float[] sample = sample(bundle, 5);
        float[] whole = logits(bundle, sample);
        long inference = 0;
        try (VirtualFleet fleet = fleet(bundle, Policy.ZERO)) {
            for (Plan.Exchange exchange : bundle.plan().exchanges()) {
                for (Plan.Link link : exchange.links()) {
                    long id = ++inference;
                    fleet.network = losing(id, exchange.step(), link.from(), link.to());
                    fleet.ask(id, sample);
                    fleet.run();
                    float[] expected = Oracle.outputs(
                            bundle,
                            sample,
                            (step, at) -> step == exchange.step() && at.equals(link) ? new float[at.values()] : null);
                    assertClose(expected, fleet.outputs(id), "lost " + exchange.step() + " " + link);
                    String missing =
                            account(answer(fleet, id, link.to())).get("missing").toString();
                    assertEquals("[" + link.from() + "]", missing);
                    boolean last = exchange.step() == bundle.plan().rounds();
                    for (int k = 0; k < 3; k++) {
                        boolean untouched = last && k != link.to();
                        assertEquals(untouched, answer(fleet, id, k).header().complete(), "worker " + k);
                    }
                    fleet.ask(++inference, sample);
                    fleet.run();
                    assertTrue(fleet.isComplete(inference), "the next one is complete again");
                    assertClose(whole, fleet.outputs(inference), "after a loss");
                }
            }
        }
    }

    @Test
    void theLastCompleteFrameStandsForALostOne() {
        Bundle bundle = bundle(2, Kind.ACTIVATIONS);
        float[] first = sample(bundle, 1);
        float[] kept = Oracle.firstFrame(bundle, first, 0, 1);
        float[] second = sample(bundle, 2);
        // One in which it shows whose frame stands there.
        for (int seed = 3; apart(bundle, second, kept, new float[6]) <= 1000 * EQUAL; seed++) {
            second = sample(bundle, seed);
        }
        try (VirtualFleet fleet = fleet(bundle, Policy.LAST)) {
            fleet.network = losing(1, 1, 0, 1);
            fleet.ask(1, first);
            fleet.run();
            assertClose(
                    Oracle.outputs(bundle, first, (step, link) -> isFirst(step, link) ? new float[6] : null),
                    fleet.outputs(1),
                    "zeros before there was any");
            fleet.ask(2, first);
            fleet.run();
            assertTrue(fleet.isComplete(2));
            // An incomplete frame comes, and is used, but is not what stands for a lost one later.
            fleet.network = losing(3, 1, 0, 1);
            fleet.ask(3, second);
            FrameHeader incomplete = FrameHeader.of(FrameKind.EXCHANGE, HASH, EPOCH, 3, 1, 0, 1, 1_000_000)
                    .withFlags(false, false, false);
            fleet.at(MS / 5, () -> fleet.deliver(Frame.encode(incomplete, new float[6], "")));
            fleet.run();
            assertClose(withFirst(bundle, second, new float[6]), fleet.outputs(3), "the incomplete one itself");
            fleet.network = losing(4, 1, 0, 1);
            fleet.ask(4, second);
            fleet.run();
            assertClose(withFirst(bundle, second, kept), fleet.outputs(4), "the last complete one");
            assertFalse(answer(fleet, 4, 1).header().complete());
        }
    }

    /** Outputs when this frame stands for the first one that worker 1 gets. */
    private static float[] withFirst(Bundle bundle, float[] sample, float[] frame) {
        return Oracle.outputs(bundle, sample, (step, link) -> isFirst(step, link) ? frame : null);
    }

    private static double apart(Bundle bundle, float[] sample, float[] one, float[] other) {
        return TinyBundles.relativeDifference(withFirst(bundle, sample, one), withFirst(bundle, sample, other));
    }

    private static boolean isFirst(int step, Plan.Link link) {
        return step == 1 && link.from() == 0 && link.to() == 1;
    }

    @Test
    void underFailEverybodyFailsAtOnceAndSaysWhy() {
        Bundle bundle = bundle(4, Kind.ACTIVATIONS);
        try (VirtualFleet fleet = fleet(bundle, Policy.FAIL)) {
            fleet.network = losing(1, 2, 3, 0);
            long begun = fleet.now;
            fleet.ask(1, sample(bundle, 1));
            fleet.run();
            for (int k = 0; k < 4; k++) {
                Answer answer = answer(fleet, 1, k);
                assertTrue(answer.header().failed());
                assertEquals(0, answer.values().length);
                String why = account(answer).get("error").asText();
                assertTrue(why.endsWith("worker 3 must send its frame of exchange 2 within 100 ms: it did not"), why);
                assertTrue(answer.at() - begun < (2 * DEADLINE + 2) * MS, "the others do not wait for the next");
            }
            fleet.ask(2, sample(bundle, 2));
            fleet.run();
            assertTrue(fleet.isComplete(2));
        }
    }

    @Test
    void nobodyWaitsForThoseWhoAreKnownToBeAway() {
        Bundle bundle = bundle(3, Kind.ACTIVATIONS);
        float[] sample = sample(bundle, 5);
        try (VirtualFleet fleet = fleet(bundle, Policy.ZERO)) {
            fleet.away.add(2);
            fleet.network = header -> header.source() == 2 || header.receiver() == 2 ? List.of() : List.of(MS / 10);
            long begun = fleet.now;
            fleet.ask(1, sample);
            fleet.run();
            assertTrue(fleet.now - begun < 2 * MS, "no deadline was waited for");
            float[] expected =
                    Oracle.outputs(bundle, sample, (step, link) -> link.from() == 2 ? new float[link.values()] : null);
            assertClose(Arrays.copyOf(expected, 2), answer(fleet, 1, 0).values(), "without worker 2");
            assertFalse(answer(fleet, 1, 0).header().complete());
            fleet.away.clear();
            fleet.network = header -> List.of(MS / 10);
            fleet.ask(2, sample);
            fleet.run();
            assertTrue(fleet.isComplete(2), "complete again when it is back");
        }
    }

    @Test
    void anIncompleteInputTaintsEverything() {
        Bundle bundle = bundle(2, Kind.ACTIVATIONS);
        float[] sample = sample(bundle, 1);
        try (VirtualFleet fleet = fleet(bundle, Policy.FAIL)) {
            fleet.deliver(Frame.encode(
                    VirtualFleet.inputHeader(1, 0).withFlags(false, false, false), Arrays.copyOf(sample, 6), ""));
            fleet.deliver(fleet.input(1, 1, sample));
            fleet.run();
            assertClose(logits(bundle, sample), fleet.outputs(1), "the values are right all the same");
            assertFalse(answer(fleet, 1, 0).header().complete());
            assertFalse(answer(fleet, 1, 1).header().complete());
        }
    }

    @Test
    void inputsThatAreNotFiniteAreRefusedAtOnce() {
        Bundle bundle = bundle(3, Kind.ACTIVATIONS);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            try (VirtualFleet fleet = fleet(bundle, Policy.ZERO)) {
                long begun = fleet.now;
                float[] sample = sample(bundle, 1);
                sample[6] = bad;
                fleet.ask(1, sample);
                fleet.run();
                String sentence = "inputs must be finite: value 2 for worker 1 is " + bad;
                assertEquals(sentence, account(answer(fleet, 1, 1)).get("error").asText());
                for (int k = 0; k < 3; k++) {
                    assertTrue(answer(fleet, 1, k).header().failed());
                    assertTrue(
                            account(answer(fleet, 1, k)).get("error").asText().endsWith(sentence));
                }
                assertTrue(fleet.now - begun < DEADLINE * MS, "nobody waits for a deadline");
                assertEquals(1, fleet.statistics.get(1).failures());
            }
        }
    }

    @Test
    void moreThanTheLimitInFlightIsRefused() {
        Bundle bundle = bundle(2, Kind.ACTIVATIONS);
        try (VirtualFleet fleet = new VirtualFleet(bundle, Policy.FAIL, DEADLINE, 2)) {
            for (int i = 1; i <= 4; i++) {
                fleet.ask(i, sample(bundle, i));
            }
            fleet.run();
            assertTrue(fleet.isComplete(1) && fleet.isComplete(2));
            assertEquals(
                    "at most 2 inferences may be in flight: inference 3 is one more",
                    account(answer(fleet, 3, 0)).get("error").asText());
            assertTrue(answer(fleet, 4, 1).header().failed());
            fleet.ask(5, sample(bundle, 5));
            fleet.run();
            assertTrue(fleet.isComplete(5));
        }
    }

    @Test
    void framesBeforeTheirInputAreKeptForAWhile() {
        Bundle bundle = bundle(2, Kind.ACTIVATIONS);
        float[] sample = sample(bundle, 1);
        try (VirtualFleet fleet = fleet(bundle, Policy.FAIL)) {
            fleet.deliver(fleet.input(1, 0, sample));
            fleet.at(40 * MS, () -> fleet.deliver(fleet.input(1, 1, sample)));
            fleet.run();
            assertTrue(fleet.isComplete(1));
            fleet.deliver(fleet.input(2, 0, sample));
            fleet.run();
            assertTrue(answer(fleet, 2, 0).header().failed());
            assertEquals(2, fleet.drops.get(1).of(Cause.ORPHANED), "a frame, and the word that no more come");
            assertNull(fleet.answer(2, 1));
        }
    }

    @Test
    void whatIsKeptForLaterIsBounded() {
        Bundle bundle = bundle(2, Kind.ACTIVATIONS);
        try (VirtualFleet fleet = fleet(bundle, Policy.ZERO)) {
            for (int i = 1; i <= 1_000; i++) {
                fleet.deliver(fleet.input(i, 0, sample(bundle, 1)));
            }
            fleet.run();
            long pushed = fleet.drops.get(1).of(Cause.OVERFLOW);
            long orphaned = fleet.drops.get(1).of(Cause.ORPHANED);
            assertTrue(pushed > 0 && orphaned <= 3 * 16, pushed + " pushed out, " + orphaned + " kept to the end");
        }
    }

    @Test
    void framesOfEndedInferencesAreLate() {
        Bundle bundle = bundle(2, Kind.ACTIVATIONS);
        try (VirtualFleet fleet = fleet(bundle, Policy.ZERO)) {
            fleet.network = header ->
                    List.of(header.kind() == FrameKind.EXCHANGE && header.source() == 0 ? 3 * DEADLINE * MS : MS / 10);
            fleet.ask(1, sample(bundle, 1));
            fleet.run();
            assertFalse(answer(fleet, 1, 1).header().complete());
            assertEquals(1, fleet.answers(1, 1).size());
            assertTrue(fleet.drops.get(1).of(Cause.LATE) >= 1);
            assertEquals(0, fleet.drops.get(1).of(Cause.ORPHANED), "nothing is kept for the dead");
        }
    }

    @Test
    void framesThePlanDoesNotKnowAreNotApplied() {
        Bundle bundle = bundle(3, Kind.CHAIN);
        float[] sample = sample(bundle, 1);
        try (VirtualFleet fleet = fleet(bundle, Policy.ZERO)) {
            fleet.at(0, () -> {
                deliver(fleet, 0, 0, 1, 4);
                deliver(fleet, 4, 0, 1, 4);
                deliver(fleet, 65535, 0, 1, 4);
                deliver(fleet, 2, 1, 0, 4);
                deliver(fleet, 1, 7, 1, 4);
                deliver(fleet, 1, 0, 1, 3);
                deliver(fleet, 1, 0, 1, 5);
                deliver(fleet, 1, 0, 1, 0);
            });
            fleet.ask(1, sample);
            fleet.run();
            assertTrue(fleet.isComplete(1));
            assertClose(logits(bundle, sample), fleet.outputs(1), "junk around it");
            assertEquals(7, fleet.drops.get(1).of(Cause.MISFIT));
            assertEquals(1, fleet.drops.get(0).of(Cause.MISFIT));
        }
    }

    private static void deliver(VirtualFleet fleet, int step, int from, int to, int values) {
        FrameHeader header = FrameHeader.of(FrameKind.EXCHANGE, HASH, EPOCH, 1, step, from, to, 0);
        float[] junk = new float[values];
        Arrays.fill(junk, 1e6f);
        fleet.deliver(Frame.encode(header, junk, ""));
    }

    @Test
    void anInputOfAnotherLengthIsRefused() {
        Bundle bundle = bundle(2, Kind.ACTIVATIONS);
        try (VirtualFleet fleet = fleet(bundle, Policy.ZERO)) {
            fleet.deliver(Frame.encode(VirtualFleet.inputHeader(1, 0), new float[5], ""));
            fleet.deliver(Frame.encode(VirtualFleet.inputHeader(2, 0), new float[0], ""));
            fleet.deliver(Frame.encode(VirtualFleet.inputHeader(3, 0).withFlags(true, false, true), new float[0], ""));
            fleet.run();
            assertEquals(
                    "an input for worker 0 must have 6 values: it has 5",
                    account(answer(fleet, 1, 0)).get("error").asText());
            assertTrue(answer(fleet, 2, 0).header().failed());
            assertEquals(
                    "inference 3 asks for the local source: this agent has none (--source)",
                    account(answer(fleet, 3, 0)).get("error").asText());
        }
    }

    @Test
    void aNewEpochEndsTheOldOne() {
        Bundle bundle = bundle(2, Kind.ACTIVATIONS);
        float[] sample = sample(bundle, 1);
        try (VirtualFleet fleet = fleet(bundle, Policy.ZERO)) {
            fleet.deliver(fleet.input(1, 0, sample));
            assertEquals(1, fleet.loops.get(0).inFlight());
            byte[] old = fleet.input(2, 0, sample);
            for (InferenceLoop loop : fleet.loops) {
                loop.epochIs(EPOCH + 1);
                assertEquals(0, loop.inFlight());
            }
            fleet.deliver(old);
            fleet.run();
            assertNull(fleet.answer(1, 0), "abandoned without a word");
            assertNull(fleet.answer(2, 0));
            assertEquals(1, fleet.drops.get(0).of(Cause.OTHER_EPOCH));
            assertEquals(1, fleet.drops.get(1).of(Cause.OTHER_EPOCH), "the frame that was on its way");
            for (InferenceLoop loop : fleet.loops) {
                loop.epochIs(EPOCH);
            }
            fleet.ask(1, sample);
            fleet.run();
            assertTrue(fleet.isComplete(1), "numbers begin anew");
        }
    }
}
