package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;
import starling.models.plan.Bundle;
import starling.models.plan.BundleWriter;
import starling.models.plan.LocalFleet;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.Capacities;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.extract.BundleAssembler;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitNetwork;

/** Whole plans of small networks. */
class ValuesObjectiveTest {
    @TempDir
    Path folder;

    private record Net(String name, ProbedModel model, Calibration samples) {}

    private static List<Net> nets() {
        SmallNets nets = new SmallNets(77);
        return List.of(
                new Net("dense", nets.dense(16, 14, 9, 5), nets.samples(250, 16)),
                new Net("conv", nets.convolutional(), nets.samples(80, 4 * 64)),
                new Net("gathering", nets.gathering(), nets.samples(120, 6)));
    }

    @TestFactory
    Stream<DynamicTest> keepsToTheBudgetAndTheFleetComputesTheReference() {
        return nets().stream().flatMap(net -> IntStream.rangeClosed(2, 5)
                .mapToObj(workers -> DynamicTest.dynamicTest(net.name() + " P=" + workers, () -> check(net, workers))));
    }

    private void check(Net net, int workers) throws Exception {
        double[] shares =
                IntStream.range(0, workers).mapToDouble(k -> k == 1 ? 2 : 1).toArray();
        InputRule rule = workers % 2 == 1 ? new InputRule.Replicated() : new InputRule.Split();
        ValuesObjective.Task task = SmallNets.task(net.model(), Capacities.of(workers, shares), rule, net.samples());
        long unpruned = values(
                SmallNets.objective(task).plan(ValuesObjective.Limits.NONE).network());
        long least = values(SmallNets.plan(task, leastOf(task)).network());
        for (long budget : new long[] {least, (2 * least + unpruned) / 3}) {
            ValuesObjective.Outcome outcome = SmallNets.plan(task, budget);
            assertTrue(values(outcome.network()) <= budget, values(outcome.network()) + " of " + budget);
            for (Operation.Linear layer : task.graph().linear()) {
                droppedIsZero(outcome, layer.map());
            }
            fleet(outcome.network(), net.samples());
        }
    }

    private static long leastOf(ValuesObjective.Task task) {
        try {
            return values(SmallNets.plan(task, 0).network());
        } catch (UnfitException e) {
            String message = String.valueOf(e.getMessage());
            return Long.parseLong(message.replaceAll(".*the minimum is (\\d+),.*", "$1"));
        }
    }

    private static long values(SplitNetwork network) {
        return Schedule.of(network, Schedule.Kinds.BOTH).values();
    }

    /** A weight between workers is exactly zero unless its source is sent to, or summed up for, its target. */
    private static void droppedIsZero(ValuesObjective.Outcome outcome, LinearMap map) {
        SplitNetwork network = outcome.network();
        LayerTrace trace = outcome.layers().stream()
                .filter(layer -> layer.layer().equals(map.output()))
                .findFirst()
                .orElseThrow();
        if (network.graph().layout(map.input()).isReplicated()) {
            assertArrayEquals(map.weights(), network.weights(map).values());
            return;
        }
        int[] from = network.ownersOf(map.input());
        int[] to = network.ownersOf(map.output());
        for (int t = 0; t < to.length; t++) {
            for (int s = 0; s < from.length; s++) {
                int source = s;
                int target = t;
                boolean known = from[s] == to[t]
                        || trace.values().stream()
                                .anyMatch(value -> value.to() == to[target]
                                        && value.from() == from[source]
                                        && value.index() == (value.kind() == Value.Kind.ACTIVATION ? source : target));
                if (!known) {
                    int at = (t * map.sources() + s) * map.kernel();
                    float[] block = Arrays.copyOfRange(network.weights(map).values(), at, at + map.kernel());
                    assertArrayEquals(new float[map.kernel()], block);
                }
            }
        }
    }

    private void fleet(SplitNetwork network, Calibration samples) throws Exception {
        BundleAssembler.Content content = new BundleAssembler(
                        network,
                        Schedule.of(network, Schedule.Kinds.BOTH),
                        new BundleAssembler.Statement(
                                "test", "m", "0", out -> {}, "values", null, Map.of(), 0, 0, List.of()))
                .assemble();
        Path target = java.nio.file.Files.createTempDirectory(folder, "b").resolve("bundle");
        Bundle bundle = BundleWriter.write(target, false, content.files(), content.plan());
        try (LocalFleet fleet = new LocalFleet(bundle, 1);
                Network reference = new Network("reference", WholeModels.reference(network), 1)) {
            float[] expected =
                    reference.run(samples.samples(), 5).values().iterator().next();
            float[] actual = fleet.run(samples.samples(), 5).values().iterator().next();
            double scale = 1;
            for (float value : expected) {
                scale = Math.max(scale, Math.abs(value));
            }
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], 1e-5 * scale);
            }
        }
    }

    @Test
    void withoutALimitNoWeightChanges() {
        for (Net net : nets()) {
            ValuesObjective.Task task = SmallNets.task(net.model(), 3, net.samples());
            ValuesObjective.Outcome outcome = SmallNets.objective(task).plan(ValuesObjective.Limits.NONE);
            for (Operation.Linear layer : task.graph().linear()) {
                assertArrayEquals(
                        layer.map().weights(),
                        outcome.network().weights(layer.map()).values());
            }
            assertTrue(outcome.solved().stream()
                    .allMatch(solved -> solved.assignment().isOptimal()));
            assertTrue(Arrays.stream(outcome.network().owners()).allMatch(owner -> owner >= 0 && owner < 3));
        }
    }

    @Test
    void unprunedNeedsTheFewestValuesOfEachLayer() {
        ValuesObjective.Task task =
                SmallNets.task(new SmallNets(1).dense(16, 14, 9, 5), 2, new SmallNets(1).samples(9, 16));
        assertEquals(
                14 + 9 + 5,
                values(SmallNets.objective(task)
                        .plan(ValuesObjective.Limits.NONE)
                        .network()));
    }

    @Test
    void oneWorkerKeepsTheNetworkAsItIs() {
        for (Net net : nets()) {
            ValuesObjective.Task task = SmallNets.task(net.model(), 1, net.samples());
            ValuesObjective.Outcome outcome = SmallNets.plan(task, 0);
            assertEquals(0, values(outcome.network()));
            for (Operation.Linear layer : task.graph().linear()) {
                assertArrayEquals(
                        layer.map().weights(),
                        outcome.network().weights(layer.map()).values());
            }
        }
    }

    @Test
    void worksWithoutSamples() {
        ValuesObjective.Task task =
                SmallNets.task(new SmallNets(2).dense(16, 14, 9, 5), 3, new SmallNets(2).samples(9, 16));
        ValuesObjective.Task blind = new ValuesObjective.Task(task.graph(), task.capacities(), task.inputs(), null);
        ValuesObjective.Outcome outcome = SmallNets.plan(blind, 20);
        assertTrue(values(outcome.network()) <= 20);
        for (Operation.Linear layer : task.graph().linear()) {
            float[] kept = outcome.network().weights(layer.map()).values();
            for (int i = 0; i < kept.length; i++) {
                assertTrue(kept[i] == 0 || kept[i] == layer.map().weights()[i]);
            }
        }
    }

    @Test
    void refusesABudgetBelowWhatMustBeGathered() {
        SmallNets nets = new SmallNets(3);
        ValuesObjective.Task task = SmallNets.task(nets.gathering(), 2, nets.samples(60, 6));
        UnfitException refused = assertThrows(UnfitException.class, () -> SmallNets.plan(task, 3));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("the minimum is 4, the budget is 3"),
                refused.getMessage());
        assertEquals(4, values(SmallNets.plan(task, 4).network()));
        assertThrows(UnfitException.class, () -> new ValuesObjective.Limits(-1L, null));
        assertThrows(UnfitException.class, () -> new ValuesObjective.Limits(null, Double.NaN));
    }

    @Test
    void aHigherPriceKeepsFewerValues() {
        SmallNets nets = new SmallNets(6);
        ValuesObjective.Task task = SmallNets.task(nets.dense(16, 14, 9, 5), 2, nets.samples(250, 16));
        long before = Long.MAX_VALUE;
        for (double price : new double[] {1e-4, 1e-2, 1, 100}) {
            ValuesObjective.Outcome outcome = SmallNets.objective(task).plan(new ValuesObjective.Limits(null, price));
            assertTrue(outcome.layers().stream()
                    .flatMap(layer -> layer.values().stream())
                    .allMatch(value -> value.perNumber() >= price));
            assertTrue(values(outcome.network()) <= before);
            before = values(outcome.network());
        }
        assertEquals(0, before);
    }

    @Test
    void theSameSeedGivesTheSamePlan() {
        Net net = nets().get(0);
        ValuesObjective.Task task = SmallNets.task(net.model(), 3, net.samples());
        SplitNetwork one = SmallNets.plan(task, 12).network();
        SplitNetwork two = SmallNets.plan(task, 12).network();
        assertArrayEquals(one.owners(), two.owners());
        for (Operation.Linear layer : task.graph().linear()) {
            assertArrayEquals(
                    one.weights(layer.map()).values(), two.weights(layer.map()).values());
        }
    }

    @Test
    void lateFusionSendsTheLastLayersSumsOnly() {
        SmallNets nets = new SmallNets(6);
        for (int workers = 2; workers <= 4; workers++) {
            ValuesObjective.Task task = SmallNets.task(nets.dense(16, 14, 9, 5), workers, nets.samples(250, 16));
            SplitNetwork fused = SmallNets.objective(task).lateFusion().network();
            Schedule schedule = Schedule.of(fused, Schedule.Kinds.BOTH);
            assertEquals(1, schedule.rounds());
            assertTrue(schedule.values() <= 5L * (workers - 1), "values " + schedule.values());
            assertTrue(schedule.values() > 0);
        }
    }

    @Test
    void baselinesInOriginalOrderDoNotRearrange() {
        SmallNets nets = new SmallNets(6);
        ValuesObjective.Task task = SmallNets.task(nets.dense(16, 14, 9, 5), 2, nets.samples(250, 16));
        SplitNetwork plain = PlainOrder.unpruned(task);
        assertEquals(14 + 9 + 5, values(plain));
        SplitNetwork sparse = PlainOrder.sparse(task, 12).network();
        assertTrue(values(sparse) <= 12);
        assertArrayEquals(plain.owners(), sparse.owners());
    }
}
