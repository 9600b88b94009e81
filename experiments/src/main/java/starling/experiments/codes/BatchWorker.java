package starling.experiments.codes;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.rng.simple.RandomSource;
import org.jspecify.annotations.Nullable;
import starling.codes.gradient.GradientCode;
import starling.codes.indirect.IndirectCode;
import starling.codes.indirect.LayerShape;
import starling.codes.indirect.LayerSignals;
import starling.codes.random.Draw;
import starling.models.gradient.GradientGraph;
import starling.models.training.GradientSession;
import starling.models.training.Parameters;
import starling.models.training.Recipe;

/**
 * One worker on one thread, and the server that reads its messages: the network's gradient graph with all gradients and, where
 * wanted, the one without those of dense layers. Gradients are read one parameter at a time into the same room. Not
 * thread-safe.
 */
final class BatchWorker implements AutoCloseable {
    private final List<Part> parts = new ArrayList<>();
    private final GradientSession whole;
    private final @Nullable GradientSession factored;
    private final float[] room;
    private final int[] labels;
    private final float[] samples;

    /**
     * A parameter.
     *
     * @param name in the model
     * @param shape its dimensions; outputs and inputs where it is the weight matrix of a dense layer of the zoo
     * @param length its numbers
     * @param signals its factors where its gradient need not be formed
     */
    private record Part(String name, int[] shape, int length, GradientGraph.@Nullable Signals signals) {
        LayerShape layer(int count) {
            return new LayerShape(count, shape[1], shape[0], false);
        }
    }

    /**
     * Opens the sessions.
     *
     * @param model with first weights
     * @param classes answers of the model
     * @param factors whether some method sends dense layers' factors
     * @param most samples of the largest batch; they are drawn uniformly from [0, 1) and [0, classes)
     */
    BatchWorker(ModelProto model, Recipe recipe, int classes, boolean factors, int most, long seed) {
        GradientGraph graph = graph(model, recipe, GradientGraph.Dense.GRADIENTS);
        GradientGraph without = factors ? graph(model, recipe, GradientGraph.Dense.SIGNALS) : null;
        Parameters parameters = Parameters.of(model, graph.parameters());
        Map<String, GradientGraph.Signals> dense = new HashMap<>();
        if (without != null) {
            without.signals().stream()
                    .filter(signals -> !without.gradients().containsKey(signals.parameter()))
                    .forEach(signals -> dense.put(signals.parameter(), signals));
        }
        for (String name : parameters.names()) {
            parts.add(new Part(name, parameters.shape(name), parameters.values(name).length, dense.get(name)));
        }
        room = new float[parts.stream().mapToInt(Part::length).max().orElseThrow()];
        whole = new GradientSession(graph, recipe.loss(), parameters, 1);
        factored = without == null ? null : new GradientSession(without, recipe.loss(), parameters, 1);
        var random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        samples = new float[Math.multiplyExact(most, whole.elements())];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = random.nextFloat();
        }
        labels = random.ints(most, 0, classes).toArray();
    }

    private static GradientGraph graph(ModelProto model, Recipe recipe, GradientGraph.Dense dense) {
        return GradientGraph.of(
                model, new GradientGraph.Request(recipe.loss(), List.of(), GradientGraph.Mode.TRAINING, dense));
    }

    /** Learned numbers in all. */
    long parameters() {
        return parts.stream().mapToLong(Part::length).sum();
    }

    /** A batch of the first samples, forwards and backwards, with all gradients. */
    GradientSession.Outcome computeAll(int count, Draw draw) {
        return compute(whole, count, draw);
    }

    /** The same without the gradients of dense layers. */
    GradientSession.Outcome computeFactors(int count, Draw draw) {
        return compute(factored(), count, draw);
    }

    private GradientSession.Outcome compute(GradientSession session, int count, Draw draw) {
        return session.run(samples, labels, count, RandomSource.XO_SHI_RO_256_PP.create(draw.round()));
    }

    /** The messages of all parameters, in order, from what the method's graph gave last; none where nothing is coded. */
    List<byte[]> encode(BatchMethod method, GradientSession.Outcome outcome, int count, Draw draw) {
        List<byte[]> messages = new ArrayList<>();
        GradientCode direct = method.direct();
        if (direct == null) {
            return messages;
        }
        IndirectCode dense = method.dense();
        GradientSession session = dense == null ? whole : factored();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            GradientGraph.Signals signals = part.signals();
            if (dense != null && signals != null) {
                float[] forward = Objects.requireNonNull(outcome.signals().get(signals.forward()));
                float[] backward = Objects.requireNonNull(outcome.signals().get(signals.backward()));
                messages.add(dense.encode(new LayerSignals(part.layer(count), forward, backward), own(draw, i)));
            } else {
                session.gradient(part.name(), room);
                messages.add(direct.encode(room, 0, part.length(), own(draw, i)));
            }
        }
        return messages;
    }

    /** What the server does with one worker's messages: every gradient once, that of a dense layer as the product of its factors. */
    double decode(BatchMethod method, List<byte[]> messages, int count, Draw draw) {
        GradientCode direct = method.direct();
        if (direct == null) {
            return 0;
        }
        IndirectCode dense = method.dense();
        double sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            GradientGraph.Signals signals = part.signals();
            if (dense != null && signals != null) {
                sum += dense.decode(messages.get(i), own(draw, i), part.layer(count))
                        .gradient()[0];
            } else {
                direct.decode(messages.get(i), own(draw, i), room, 0, part.length());
                sum += room[0];
            }
        }
        return sum;
    }

    /** Codes that cut vectors into blocks number these themselves, so a parameter is told by its sender. */
    private static Draw own(Draw draw, int part) {
        return draw.withNode(part);
    }

    private GradientSession factored() {
        GradientSession session = factored;
        if (session == null) {
            throw new IllegalStateException("the worker was opened without the graph of factors");
        }
        return session;
    }

    @Override
    public void close() {
        whole.close();
        if (factored != null) {
            factored.close();
        }
    }
}
