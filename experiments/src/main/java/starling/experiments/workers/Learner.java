package starling.experiments.workers;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.data.Dataset;
import starling.models.gradient.GradientGraph;
import starling.models.run.Accuracy;
import starling.models.run.BatchRule;
import starling.models.run.Network;
import starling.models.training.Augmentation;
import starling.models.training.GradientSession;
import starling.models.training.Optimizer;
import starling.models.training.Parameters;
import starling.models.training.Recipe;

/**
 * The network that all workers hold, with the gradient of any samples at its present parameters. As the parameters are the
 * same everywhere, one is enough for any number of workers. Not thread-safe.
 */
public final class Learner implements AutoCloseable {
    private static final int THREADS = 2;

    private final ModelProto model;
    private final Augmentation augmentation;
    private final Parameters parameters;
    private final GradientSession session;
    private final List<Tensor> tensors = new ArrayList<>();
    private final Map<String, float[][]> slots = new HashMap<>();
    private final Optimizer optimizer;
    private int step;

    /**
     * @param model with first weights
     * @param recipe whose loss and mode count
     * @param optimizer of the server
     * @param augmentation of samples
     * @param signals whether the dense layers' factors are wanted
     */
    public Learner(ModelProto model, Recipe recipe, Optimizer optimizer, Augmentation augmentation, boolean signals) {
        this.model = model;
        this.optimizer = optimizer;
        this.augmentation = augmentation;
        GradientGraph graph =
                GradientGraph.of(model, new GradientGraph.Request(recipe.loss(), List.of(), recipe.mode(), signals));
        parameters = Parameters.of(model, graph.parameters());
        session = new GradientSession(graph, recipe.loss(), parameters, THREADS);
        Map<String, GradientGraph.Signals> dense = new HashMap<>();
        graph.signals().forEach(one -> dense.put(one.parameter(), one));
        for (String name : parameters.names()) {
            tensors.add(new Tensor(name, tensors.size(), parameters.shape(name), dense.get(name)));
            slots.put(name, new float[optimizer.slots()][parameters.values(name).length]);
        }
    }

    public List<Tensor> tensors() {
        return tensors;
    }

    public long parameterCount() {
        return parameters.count();
    }

    /** The gradient of these samples, whose augmentation and dropout come from the seed. */
    public Gradients gradient(Dataset data, int[] samples, long seed) {
        GradientSession.Outcome outcome = session.run(data, samples, augmentation, seed);
        Map<String, float[]> gradients = new LinkedHashMap<>();
        for (Tensor tensor : tensors) {
            float[] gradient = new float[tensor.length()];
            session.gradient(tensor.name(), gradient);
            gradients.put(tensor.name(), gradient);
        }
        return new Gradients(gradients, outcome.signals(), samples.length, outcome.loss());
    }

    /** Moves the parameters against a gradient of all tensors, in their order. */
    public void move(List<float[]> mean, double rate) {
        step++;
        for (Tensor tensor : tensors) {
            float[] values = parameters.values(tensor.name());
            double decay = tensor.shape().length > 1 ? optimizer.weightDecay() : 0;
            float[][] state = slots.getOrDefault(tensor.name(), new float[0][]);
            optimizer.move(values, mean.get(tensor.number()), state, rate, decay, step);
            session.set(tensor.name(), values);
        }
    }

    /** The share of samples that the network now gets right. */
    public double accuracy(Dataset data) {
        try (Network network = new Network("the network that learns", parameters.into(model), THREADS)) {
            return Accuracy.of(network, data, BatchRule.MOST_SAMPLES);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
