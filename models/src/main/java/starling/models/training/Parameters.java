package starling.models.training;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.models.UnfitException;
import starling.models.graph.Tensors;

/** Named numbers of a model that change while it learns, in a fixed order. Not thread-safe. */
public final class Parameters {
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Map<String, int[]> shapes = new LinkedHashMap<>();

    private Parameters() {}

    /**
     * Copies initializers out of a model, in the model's order.
     *
     * @throws UnfitException when one is no float32 initializer of the model, or holds a number that is not finite
     */
    public static Parameters of(ModelProto model, Collection<String> names) {
        Parameters parameters = new Parameters();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (names.contains(tensor.getName())) {
                float[] numbers = Tensors.floats(tensor);
                for (float number : numbers) {
                    if (!Float.isFinite(number)) {
                        throw new UnfitException(
                                "parameters must be finite: '" + tensor.getName() + "' holds " + number);
                    }
                }
                parameters.values.put(tensor.getName(), numbers);
                parameters.shapes.put(tensor.getName(), Tensors.shape(tensor));
            }
        }
        for (String name : names) {
            if (!parameters.values.containsKey(name)) {
                throw new UnfitException(
                        "a parameter must be an initializer of the model: '" + name + "' is computed there");
            }
        }
        return parameters;
    }

    /** Their names. */
    public List<String> names() {
        return List.copyOf(values.keySet());
    }

    /** The numbers of one of them, not a copy. */
    public float[] values(String name) {
        float[] found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there is no parameter " + name);
        }
        return found;
    }

    /** Its dimensions. */
    public int[] shape(String name) {
        return shapes.getOrDefault(name, new int[0]);
    }

    /** How many numbers there are in all. */
    public long count() {
        return values.values().stream().mapToLong(numbers -> numbers.length).sum();
    }

    /** Copies of the numbers, by name. */
    Map<String, float[]> copy() {
        Map<String, float[]> copies = new LinkedHashMap<>();
        values.forEach((name, numbers) -> copies.put(name, numbers.clone()));
        return copies;
    }

    /** Takes the numbers of one of them from elsewhere. */
    void set(String name, float[] from) {
        System.arraycopy(from, 0, values(name), 0, from.length);
    }

    /** The model with these numbers in place of its own. */
    public ModelProto into(ModelProto model) {
        List<TensorProto> tensors = new ArrayList<>();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            float[] numbers = values.get(tensor.getName());
            tensors.add(numbers == null ? tensor : Tensors.of(tensor.getName(), numbers, Tensors.shape(tensor)));
        }
        GraphProto.Builder graph =
                model.getGraph().toBuilder().clearInitializer().addAllInitializer(tensors);
        return model.toBuilder().setGraph(graph).build();
    }
}
