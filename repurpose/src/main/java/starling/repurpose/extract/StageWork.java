package starling.repurpose.extract;

import java.util.Arrays;
import java.util.stream.IntStream;
import starling.repurpose.exchange.Frame;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * The multiplications with weights that every worker does in every stage, counted as its sub-models have them: what a worker can
 * multiply of a layer before the layer's exchange is done in the stage of its input, partial sums before they are sent.
 *
 * @param perStage by stage, then by worker
 */
public record StageWork(long[][] perStage) {
    /** Counts; nothing is written. */
    public static StageWork of(SplitNetwork network, Schedule schedule) {
        SplitGraph graph = network.graph();
        long[][] work = new long[schedule.rounds() + 1][network.workers()];
        for (int k = 0; k < network.workers(); k++) {
            Shaping.Part part = new Shaping.Part(network, k);
            for (Operation operation : graph.operations()) {
                if (operation instanceof Operation.Carry carry) {
                    int indices = part.local(carry.node().output()).length;
                    work[schedule.stage(carry.node().output())][k] +=
                            Weighing.part(graph, carry, indices).multiplyAdds();
                } else if (operation instanceof Operation.Linear linear) {
                    count(graph, schedule, part, linear.map(), k, work);
                }
            }
            for (Frame frame : schedule.frames()) {
                if (frame.from() == k) {
                    frame.partialSums().forEach((layer, targets) -> {
                        LinearMap map = graph.layer(layer);
                        int[] own = summed(network, map, frame, part.local(map.input()), targets);
                        work[frame.step() - 1][frame.from()] +=
                                Weighing.block(map, targets.length, own.length).multiplyAdds();
                    });
                }
            }
        }
        return new StageWork(work);
    }

    private static void count(
            SplitGraph graph, Schedule schedule, Shaping.Part part, LinearMap map, int worker, long[][] work) {
        int targets = graph.layout(map.output()).isReplicated() ? map.targets() : part.local(map.output()).length;
        int own = graph.layout(map.input()).isReplicated() ? map.sources() : part.local(map.input()).length;
        int step = schedule.step(map.node());
        int came = 0;
        for (Frame frame : schedule.frames()) {
            if (step > 0 && frame.step() == step && frame.to() == worker) {
                came += frame.activations().getOrDefault(map.input(), new int[0]).length;
            }
        }
        work[schedule.stage(map.input())][worker] +=
                Weighing.block(map, targets, own).multiplyAdds();
        work[schedule.stage(map.output())][worker] +=
                Weighing.block(map, targets, came).multiplyAdds();
    }

    /** The sources that a sender's partial sums are made of: its own with a weight to one of the targets, unless it sends them too. */
    static int[] summed(SplitNetwork network, LinearMap map, Frame frame, int[] local, int[] targets) {
        int[] sent = frame.activations().getOrDefault(map.input(), new int[0]);
        float[] weights = network.weights(map).values();
        return IntStream.of(local)
                .filter(s -> Arrays.binarySearch(sent, s) < 0)
                .filter(s -> IntStream.of(targets).anyMatch(t -> SplitNetwork.joined(map, weights, t, s)))
                .toArray();
    }
}
