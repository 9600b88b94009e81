package starling.repurpose.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import starling.models.graph.Graph;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Node;
import starling.models.run.ProbedModel;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

class ScheduleTest {
    private static final int SOURCES = 1500;
    private static final int TARGETS = 1000;

    /** One layer; source s is read by the targets t with (s + t) % 3 != 0, source 7 by none. */
    private static SplitNetwork wide() {
        float[] weights = new float[SOURCES * TARGETS];
        for (int s = 0; s < SOURCES; s++) {
            for (int t = 0; t < TARGETS; t++) {
                weights[s * TARGETS + t] = (s + t) % 3 == 0 || s == 7 ? 0 : 0.01f;
            }
        }
        GraphBuilder builder = new GraphBuilder("wide", 13).input("x", -1, SOURCES);
        builder.node("MatMul", List.of("x", builder.constant("w", weights, SOURCES, TARGETS)), "y");
        ProbedModel model = ProbedModel.of(builder.output("y", -1, TARGETS).build());
        SplitGraph graph = SpaceAnalysis.of(model, Map.of("x", new InputRule.Split()));
        int[] owners = new int[graph.units()];
        for (String value : List.of("x", "y")) {
            int[] units = graph.layout(value).units();
            for (int i = 0; i < units.length; i++) {
                owners[units[i]] = 2 * i / units.length;
            }
        }
        return SplitNetwork.original(graph, 2, owners);
    }

    private static long allocated() {
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                && threads.isThreadAllocatedMemorySupported()) {
            return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        }
        Assumptions.abort("this Java does not count what a thread allocates");
        return 0;
    }

    /** 500 000 kept cross edges: a quarter of an octet for each, where an object for each would be 16 or more. */
    @Test
    void activationsNeedNoMemoryForEdges() {
        SplitNetwork network = wide();
        Schedule.of(network, Schedule.Kinds.ACTIVATIONS);
        long before = allocated();
        Schedule schedule = Schedule.of(network, Schedule.Kinds.ACTIVATIONS);
        long bytes = allocated() - before;
        assertTrue(bytes < 500_000, bytes + " bytes");
        assertEquals(2, schedule.frames().size());
        int[] first = IntStream.range(0, SOURCES / 2).filter(s -> s != 7).toArray();
        assertArrayEquals(first, schedule.frames().get(0).activations().getOrDefault("x", new int[0]));
        int[] second = IntStream.range(SOURCES / 2, SOURCES).toArray();
        assertArrayEquals(second, schedule.frames().get(1).activations().getOrDefault("x", new int[0]));
        schedule.frames().forEach(frame -> assertTrue(frame.partialSums().isEmpty()));
    }

    /** Every target is read from at least 500 sources, so that 500 sums cover a link of 750 sources. */
    @Test
    void coversHoldTheirEdgesInPlainBuffers() {
        SplitNetwork network = wide();
        Schedule.of(network, Schedule.Kinds.BOTH);
        long before = allocated();
        Schedule schedule = Schedule.of(network, Schedule.Kinds.BOTH);
        long bytes = allocated() - before;
        assertTrue(bytes < 60 * 500_000, bytes + " bytes");
        assertEquals(2 * TARGETS / 2, schedule.values());
        schedule.frames().forEach(frame -> assertTrue(frame.activations().isEmpty()));
        assertEquals(
                TARGETS / 2,
                Arrays.stream(schedule.frames().get(0).partialSums().getOrDefault("y", new int[0]))
                        .distinct()
                        .count());
    }

    @Test
    void whatIsNotPlannedHasNoStage() {
        SplitNetwork network = wide();
        Schedule schedule = Schedule.of(network, Schedule.Kinds.BOTH);
        Node layer = network.graph().linear().get(0).node();
        assertEquals(0, schedule.stage("x"));
        assertEquals(1, schedule.stage("y"));
        assertEquals(1, schedule.step(layer));
        assertThrows(IllegalArgumentException.class, () -> schedule.stage("z"));
        assertThrows(IllegalArgumentException.class, () -> schedule.wholeAt(layer));
        GraphBuilder other = new GraphBuilder("other", 13).input("x", -1, 2);
        other.node("Relu", List.of("x"), "y");
        Node stranger = new Graph(other.output("y", -1, 2).build()).nodes().get(0);
        assertThrows(IllegalArgumentException.class, () -> schedule.step(stranger));
    }
}
