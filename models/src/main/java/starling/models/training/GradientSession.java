package starling.models.training;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.graph.Graph;
import starling.models.graph.Shapes;
import starling.models.run.Decision;
import starling.models.run.Sessions;

/**
 * A gradient graph opened in ONNX Runtime. Parameters and gradients lie outside the heap, where ONNX Runtime reads and writes
 * them without a copy. Not thread-safe.
 *
 * <p>Memory beside ONNX Runtime's own: the parameters, the gradients that are formed, and the largest batch so far.
 */
public final class GradientSession implements AutoCloseable {
    private final GradientGraph graph;
    private final Targets targets;
    private final OrtSession session;
    private final Map<String, FloatBuffer> parameters = new LinkedHashMap<>();
    private final Map<String, FloatBuffer> gradients = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> fixed = new HashMap<>();
    private final Map<String, OnnxTensor> pinned = new HashMap<>();
    private final Set<String> fetched = new HashSet<>();
    private final List<Input> inputs;
    private final int elements;

    /**
     * What one batch gave.
     *
     * @param loss mean over the batch
     * @param right samples whose {@link Decision} is their class
     * @param statistics what batch normalizations measured, by the name of the graph's output
     * @param signals the dense layers' factors where the graph has them, by the name of the graph's output, samples first
     */
    public record Outcome(double loss, int right, Map<String, float[]> statistics, Map<String, float[]> signals) {}

    /** One of the model's own inputs with room for a batch. */
    private static final class Input {
        private final String name;
        private final int[] shape;
        private final int elements;
        private FloatBuffer room = direct(0);

        Input(ValueInfoProto info) {
            name = info.getName();
            shape = Graph.declaredShape(info);
            elements = perSample(info);
        }

        OnnxTensor tensor(float[] samples, int from, int stride, int count) throws OrtException {
            if (room.capacity() < count * elements) {
                room = direct(count * elements);
            }
            room.clear();
            for (int i = 0; i < count; i++) {
                room.put(samples, from + i * stride, elements);
            }
            room.flip();
            return OnnxTensor.createTensor(Sessions.environment(), room, wide(shape, count));
        }
    }

    /**
     * Opens a session.
     *
     * @param graph what to run
     * @param loss the loss it was made for
     * @param parameters the graph's parameters with their first values
     * @param threads of ONNX Runtime
     * @throws UnfitException when ONNX Runtime refuses the graph
     */
    public GradientSession(GradientGraph graph, Loss loss, Parameters parameters, int threads) {
        this.graph = graph;
        this.targets = new Targets(loss, perSample(output(graph)));
        this.inputs = inputs(graph);
        this.elements = inputs.stream().mapToInt(input -> input.elements).sum();
        this.session = Sessions.open("gradient graph", graph.model().toByteArray(), threads);
        try {
            fetched.addAll(session.getOutputInfo().keySet());
            for (String name : graph.parameters()) {
                long[] shape = wide(parameters.shape(name), 0);
                FloatBuffer values = direct(parameters.values(name).length);
                this.parameters.put(name, values);
                fixed.put(name, OnnxTensor.createTensor(Sessions.environment(), values, shape));
                String output = graph.gradients().get(name);
                if (output != null) {
                    FloatBuffer gradient = direct(values.capacity());
                    this.gradients.put(name, gradient);
                    pinned.put(output, OnnxTensor.createTensor(Sessions.environment(), gradient, shape));
                    fetched.remove(output);
                }
            }
        } catch (OrtException e) {
            close();
            throw new UnfitException("the gradient graph cannot be prepared: " + e.getMessage(), e);
        }
        parameters.names().forEach(name -> set(name, parameters.values(name)));
    }

    /** Numbers of one sample over all inputs. */
    public int elements() {
        return elements;
    }

    /** What the answers should be. */
    Targets targets() {
        return targets;
    }

    /** Gives a parameter new values. */
    public void set(String name, float[] values) {
        set(name, values, 0);
    }

    /** Gives a parameter the values from a place of an array on. */
    public void set(String name, float[] values, int from) {
        FloatBuffer room = room(parameters, "parameter", name);
        room.put(0, values, from, room.capacity());
    }

    /**
     * Copies the gradient of the last batch.
     *
     * @throws IllegalArgumentException when the graph does not form it
     */
    public void gradient(String name, float[] into) {
        gradient(name, into, 0);
    }

    /** Copies the gradient of the last batch to a place of an array. */
    public void gradient(String name, float[] into, int from) {
        FloatBuffer gradient = room(gradients, "gradient of", name);
        gradient.get(0, into, from, gradient.capacity());
    }

    /**
     * Runs chosen samples of a data set forwards and backwards.
     *
     * @param seed of augmentation and dropout
     */
    public Outcome run(Dataset data, int[] samples, Augmentation augmentation, long seed) {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        float[] sample = new float[data.elements()];
        float[] batch = new float[Math.multiplyExact(samples.length, elements)];
        int[] labels = new int[samples.length];
        for (int i = 0; i < samples.length; i++) {
            data.read(samples[i], sample, 0);
            augmentation.apply(sample, data.sampleShape(), batch, i * elements, random);
            labels[i] = data.label(samples[i]);
        }
        return run(batch, labels, samples.length, random);
    }

    /**
     * Runs a batch forwards and backwards.
     *
     * @param samples count x {@link #elements} numbers, a sample's inputs one after the other
     * @param labels the class of each sample
     * @param count samples
     * @param random for dropout
     */
    public Outcome run(float[] samples, int[] labels, int count, UniformRandomProvider random) {
        try (OnnxTensor target = target(labels, count)) {
            return run(samples, target, count, random, result -> {
                float[] answers = numbers(result, graph.predictions());
                int right = 0;
                int width = answers.length / count;
                for (int i = 0; i < count; i++) {
                    right += Decision.of(answers, i * width, width) == labels[i] ? 1 : 0;
                }
                Map<String, float[]> statistics = new HashMap<>();
                for (GradientGraph.Statistics one : graph.statistics()) {
                    statistics.put(one.batchMean(), numbers(result, one.batchMean()));
                    statistics.put(one.batchVariance(), numbers(result, one.batchVariance()));
                }
                Map<String, float[]> signals = new HashMap<>();
                for (GradientGraph.Signals one : graph.signals()) {
                    signals.put(one.forward(), numbers(result, one.forward()));
                    signals.put(one.backward(), numbers(result, one.backward()));
                }
                return new Outcome(numbers(result, graph.loss())[0], right, statistics, signals);
            });
        } catch (OrtException e) {
            throw new UnfitException("the gradient graph does not run: " + e.getMessage(), e);
        }
    }

    /**
     * Runs a batch forwards and backwards towards numbers instead of classes. With mean squared error over N samples of C numbers
     * y the derivative by y is 2 (y - wanted) / (N C): so any derivative g that is known from elsewhere can be handed to a part of a
     * network as wanted = y - g N C / 2.
     *
     * @param samples as above
     * @param wanted count x C numbers
     * @param count samples
     * @param random for dropout
     * @return y, count x C numbers
     * @throws IllegalArgumentException if the loss is about classes, or there is not a number for each answer
     */
    public float[] towards(float[] samples, float[] wanted, int count, UniformRandomProvider random) {
        if (targets.loss() == Loss.SOFTMAX_CROSS_ENTROPY) {
            throw new IllegalArgumentException("numbers to go towards need a loss of numbers: it is "
                    + targets.loss().words());
        }
        if (wanted.length != Math.multiplyExact(count, targets.answers())) {
            throw new IllegalArgumentException("there must be a wanted number for each of " + count + " x "
                    + targets.answers() + " answers: there are " + wanted.length);
        }
        FloatBuffer room = direct(wanted.length).put(0, wanted);
        try (OnnxTensor target =
                OnnxTensor.createTensor(Sessions.environment(), room, new long[] {count, targets.answers()})) {
            return run(samples, target, count, random, result -> numbers(result, graph.predictions()));
        } catch (OrtException e) {
            throw new UnfitException("the gradient graph does not run: " + e.getMessage(), e);
        }
    }

    /** What is read from a run. */
    private interface Reading<T> {
        T of(OrtSession.Result result) throws OrtException;
    }

    private <T> T run(float[] samples, OnnxTensor target, int count, UniformRandomProvider random, Reading<T> reading)
            throws OrtException {
        Map<String, OnnxTensor> given = new HashMap<>(fixed);
        List<OnnxTensor> own = new ArrayList<>();
        try {
            int from = 0;
            for (Input input : inputs) {
                own.add(input.tensor(samples, from, elements, count));
                given.put(input.name, own.get(own.size() - 1));
                from += input.elements;
            }
            given.put(graph.target(), target);
            for (GradientGraph.Noise noise : graph.noise()) {
                own.add(uniform(noise, count, random));
                given.put(noise.input(), own.get(own.size() - 1));
            }
            try (OrtSession.Result result = session.run(given, fetched, pinned)) {
                return reading.of(result);
            }
        } finally {
            own.forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor target(int[] labels, int count) throws OrtException {
        if (targets.loss() == Loss.SOFTMAX_CROSS_ENTROPY) {
            LongBuffer classes = bytes(8L * count).asLongBuffer();
            for (int i = 0; i < count; i++) {
                classes.put(i, labels[i]);
            }
            return OnnxTensor.createTensor(Sessions.environment(), classes, new long[] {count});
        }
        int answers = targets.answers();
        FloatBuffer wanted = direct(Math.multiplyExact(count, answers));
        for (int i = 0; i < count; i++) {
            for (int answer = 0; answer < answers; answer++) {
                wanted.put(i * answers + answer, targets.at(labels[i], answer));
            }
        }
        return OnnxTensor.createTensor(Sessions.environment(), wanted, new long[] {count, answers});
    }

    private OnnxTensor uniform(GradientGraph.Noise noise, int count, UniformRandomProvider random) throws OrtException {
        int[] shape = graph.model().getGraph().getInputList().stream()
                .filter(info -> info.getName().equals(noise.input()))
                .map(Graph::declaredShape)
                .findFirst()
                .orElseThrow();
        FloatBuffer numbers = direct(Math.multiplyExact(count, noise.elements()));
        for (int i = 0; i < numbers.capacity(); i++) {
            numbers.put(i, random.nextFloat());
        }
        return OnnxTensor.createTensor(Sessions.environment(), numbers, wide(shape, count));
    }

    private static float[] numbers(OrtSession.Result result, String output) throws OrtException {
        OnnxTensor tensor = (OnnxTensor) result.get(output).orElseThrow();
        float[] numbers = new float[(int) tensor.getInfo().getNumElements()];
        tensor.getFloatBuffer().get(numbers);
        return numbers;
    }

    private static List<Input> inputs(GradientGraph graph) {
        Set<String> others = new HashSet<>(graph.parameters());
        others.add(graph.target());
        graph.noise().forEach(noise -> others.add(noise.input()));
        return graph.model().getGraph().getInputList().stream()
                .filter(info -> !others.contains(info.getName()))
                .map(Input::new)
                .toList();
    }

    private static ValueInfoProto output(GradientGraph graph) {
        return graph.model().getGraph().getOutputList().stream()
                .filter(info -> info.getName().equals(graph.predictions()))
                .findFirst()
                .orElseThrow();
    }

    /** Numbers of a value whose first dimension counts the samples. */
    private static int perSample(ValueInfoProto info) {
        return Math.toIntExact(Math.abs(Shapes.elements(Graph.declaredShape(info))));
    }

    /** Dimensions for ONNX Runtime, the free one filled in. */
    private static long[] wide(int[] shape, int batch) {
        long[] dims = new long[shape.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape[i] < 0 ? batch : shape[i];
        }
        return dims;
    }

    private static FloatBuffer room(Map<String, FloatBuffer> rooms, String what, String name) {
        FloatBuffer found = rooms.get(name);
        if (found == null) {
            throw new IllegalArgumentException("the graph has no " + what + " " + name);
        }
        return found;
    }

    private static FloatBuffer direct(int floats) {
        return bytes(4L * floats).asFloatBuffer();
    }

    private static ByteBuffer bytes(long count) {
        return ByteBuffer.allocateDirect(Math.toIntExact(count)).order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        fixed.values().forEach(OnnxTensor::close);
        pinned.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("closing the gradient graph failed", e);
        }
    }
}
