package starling.repurpose.finetune;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.UnfitException;
import starling.models.command.Progress;
import starling.models.data.Dataset;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.graph.Graph;
import starling.models.graph.Node;
import starling.models.run.Accuracy;
import starling.models.run.BatchRule;
import starling.models.run.Network;
import starling.models.run.ProbedModel;
import starling.models.training.Augmentation;
import starling.models.training.Masks;
import starling.models.training.Optimizer;
import starling.models.training.Recipe;
import starling.models.training.Schedule;
import starling.models.training.Task;
import starling.models.training.Training;
import starling.models.training.Watch;
import starling.repurpose.extract.WholeModels;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * Goes on learning after a network was split and pruned: weights and biases of all layers move, but a weight that the plan has
 * dropped, or that the original does not have, stays exactly zero. So the numbers that cross stay those of the plan.
 *
 * <p>A weight is free where it is not zero now, and inside a worker also where the original's is not zero. The loss is softmax
 * cross-entropy, for a single answer sigmoid cross-entropy behind a Sigmoid and the mean squared error otherwise. Adam, the
 * rate along a cosine to zero; batch normalizations that could not be folded stay as they are.
 *
 * <p>Source: thesis section 6.4, "post-training".
 *
 * @param data samples with their classes
 * @param epochs times that each is seen, at least 1
 * @param seed of the order of the samples
 */
public record FineTuning(Dataset data, int epochs, long seed) {
    private static final double RATE = 0.001;
    private static final double DECAY = 0.01;
    private static final double WARM_UP = 0.1;
    private static final int BATCH = 64;
    private static final int THREADS = 2;
    /** One of so many samples is held back to choose by. */
    private static final int HELD_BACK = 10;

    /**
     * The network with the weights that were learned.
     *
     * @throws UnfitException when the model cannot be learned or the data do not fit it
     */
    public SplitNetwork of(SplitNetwork network) {
        SplitGraph graph = network.graph();
        ModelProto reference = WholeModels.reference(network);
        ReferenceLayers layers = new ReferenceLayers(reference);
        List<String> parameters = new ArrayList<>();
        Map<String, boolean[]> kept = new LinkedHashMap<>();
        for (Operation.Linear linear : graph.linear()) {
            ReferenceLayers.Names names = layers.names(linear.map());
            parameters.add(names.weights());
            kept.put(names.weights(), mask(network, linear.map()));
            if (names.bias() != null) {
                parameters.add(names.bias());
            }
        }
        Recipe recipe = new Recipe(
                loss(graph.model()),
                Optimizer.Adam.usual(DECAY),
                RATE,
                new Schedule.Cosine(WARM_UP),
                epochs,
                BATCH,
                0,
                GradientGraph.Mode.FROZEN,
                seed,
                THREADS);
        try (Progress progress = new Progress("fine-tuning", (long) epochs * data.count())) {
            Task task = new Task(reference, parameters, Masks.of(kept), data, Augmentation.NONE, null, null);
            ModelProto learned = Training.run(task, recipe, new Watch() {
                        @Override
                        public void batch(Standing standing) {
                            progress.at(standing.done());
                        }
                    })
                    .model();
            return new SplitNetwork(
                    graph, network.workers(), network.owners(), new ReferenceLayers(learned).weights(graph));
        }
    }

    /**
     * The network that answers best after it went on learning: where there are several, a tenth of the data is held back and
     * decides, of equals for the first; the winner then learns from all data. Where the first is not made better by learning and none of
     * the others passes it, it is left as it was.
     *
     * @param networks at least one, of the same model
     */
    public SplitNetwork best(List<SplitNetwork> networks) {
        int held = data.count() / HELD_BACK;
        if (networks.size() == 1 || held == 0) {
            return of(networks.get(0));
        }
        List<Dataset> parts = data.apart(data.count() - held, held);
        FineTuning rest = new FineTuning(parts.get(0), epochs, seed);
        SplitNetwork first = networks.get(0);
        SplitNetwork best = first;
        double untuned = accuracy(first, parts.get(1));
        double most = -1;
        for (SplitNetwork network : networks) {
            double accuracy = accuracy(rest.of(network), parts.get(1));
            if (accuracy > most) {
                best = network;
                most = accuracy;
            }
        }
        return untuned > most ? first : of(best);
    }

    private static double accuracy(SplitNetwork network, Dataset data) {
        try (Network whole = new Network("fine-tuned network", WholeModels.reference(network), THREADS)) {
            return Accuracy.of(
                    whole, data, BatchRule.samples(network.graph().model().largest()));
        }
    }

    private static Loss loss(ProbedModel model) {
        String output = model.outputs().get(0);
        if (model.elements(output) > 1) {
            return Loss.SOFTMAX_CROSS_ENTROPY;
        }
        Graph graph = model.graph();
        Node last = graph.producer(output);
        return last != null && last.operator().equals("Sigmoid") ? Loss.SIGMOID_CROSS_ENTROPY : Loss.MEAN_SQUARED_ERROR;
    }

    /** Which weights are free, in the order of the constant in the reference model. */
    private static boolean[] mask(SplitNetwork network, LinearMap map) {
        boolean replicated = network.graph().layout(map.input()).isReplicated();
        int[] from = replicated ? new int[0] : network.ownersOf(map.input());
        int[] to = network.ownersOf(map.output());
        float[] now = network.weights(map).values();
        float[] original = map.weights();
        int[] places = map.places();
        boolean[] free = new boolean[places.length];
        for (int i = 0; i < places.length; i++) {
            int at = places[i];
            int source = at / map.kernel() % map.sources();
            int target = at / map.kernel() / map.sources();
            boolean local = replicated || from[source] == to[target];
            free[i] = now[at] != 0 || (local && original[at] != 0);
        }
        return free;
    }
}
