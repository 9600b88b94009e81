package starling.models.training;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.rng.UniformRandomProvider;
import starling.models.UnfitException;
import starling.models.gradient.GradientGraph;

/**
 * What learning repeats: a batch forwards and backwards, then every parameter moved by the optimiser and held to its mask, then
 * the running statistics of batch normalizations. {@link Training} takes all its steps here. Not thread-safe.
 *
 * <p>A step costs the run of the gradient graph, and a few operations and two copies per parameter. Memory: the session's
 * ({@link GradientSession}), and on the heap the parameters, a gradient of each and the optimiser's slots.
 */
public final class LearningStep implements AutoCloseable {
    private final GradientGraph graph;
    private final GradientSession session;
    private final Optimizer optimizer;
    private final Masks masks;
    private final State state;
    private final Map<String, float[]> gradients = new HashMap<>();

    LearningStep(GradientGraph graph, Recipe recipe, Masks masks, State state) {
        this.graph = graph;
        this.optimizer = recipe.optimizer();
        this.masks = masks;
        this.state = state;
        this.session = new GradientSession(graph, recipe.loss(), state.parameters, recipe.threads());
        for (String name : state.parameters.names()) {
            float[] values = state.parameters.values(name);
            gradients.put(name, new float[values.length]);
            masks.hold(name, values);
            session.set(name, values);
        }
    }

    /**
     * Steps from a model's own numbers, all of them free.
     *
     * @param recipe whose loss, optimiser, mode and threads count
     * @throws UnfitException when the model cannot be learned
     */
    public static LearningStep of(ModelProto model, Recipe recipe) {
        GradientGraph graph =
                GradientGraph.of(model, new GradientGraph.Request(recipe.loss(), List.of(), recipe.mode(), false));
        return new LearningStep(graph, recipe, Masks.none(), begin(model, graph, recipe));
    }

    /** All that changes, before the first step. */
    static State begin(ModelProto model, GradientGraph graph, Recipe recipe) {
        Set<String> running = new LinkedHashSet<>();
        graph.statistics().forEach(one -> running.addAll(List.of(one.mean(), one.variance())));
        return new State(
                Parameters.of(model, graph.parameters()),
                Parameters.of(model, running),
                recipe.optimizer().slots());
    }

    /**
     * Takes a step. A loss that is not finite moves nothing.
     *
     * @param samples count x {@link #elements} numbers, a sample's inputs one after the other
     * @param labels the class of each sample, within the loss' range
     * @param count samples, at least 1
     * @param random for dropout
     * @param rate the learning rate
     * @return what the batch gave before the step
     */
    public GradientSession.Outcome take(
            float[] samples, int[] labels, int count, UniformRandomProvider random, double rate) {
        GradientSession.Outcome outcome = session.run(samples, labels, count, random);
        if (!Double.isFinite(outcome.loss())) {
            return outcome;
        }
        state.step = Math.addExact(state.step, 1);
        gradients.forEach((name, gradient) -> {
            float[] values = state.parameters.values(name);
            session.gradient(name, gradient);
            double decay = state.parameters.shape(name).length > 1 ? optimizer.weightDecay() : 0;
            optimizer.move(values, gradient, state.slots.getOrDefault(name, new float[0][]), rate, decay, state.step);
            masks.hold(name, values);
            session.set(name, values);
        });
        for (GradientGraph.Statistics one : graph.statistics()) {
            follow(one.mean(), one.batchMean(), one.momentum(), outcome);
            follow(one.variance(), one.batchVariance(), one.momentum(), outcome);
        }
        return outcome;
    }

    /** A running statistic goes a step towards what the batch has. */
    private void follow(String name, String output, float momentum, GradientSession.Outcome outcome) {
        float[] running = state.statistics.values(name);
        float[] measured = outcome.statistics().getOrDefault(output, running);
        for (int i = 0; i < running.length; i++) {
            running[i] = momentum * running[i] + (1 - momentum) * measured[i];
        }
    }

    /** Numbers of one sample over all inputs. */
    public int elements() {
        return session.elements();
    }

    /** Learned numbers in all. */
    public long parameters() {
        return state.parameters.count();
    }

    /** What the answers should be. */
    Targets targets() {
        return session.targets();
    }

    @Override
    public void close() {
        session.close();
    }
}
