package starling.models.zoo;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import starling.models.UnfitException;

/**
 * The models in the jar, both trained on MNIST: {@code dense}, the zoo's {@code fc-300-100}, and {@code lenet}, its
 * {@code lenet-5}. Input {@code image} (batch x 1 x 28 x 28, pixels in [0, 1]: the scale that {@code mnist:} and
 * {@code builtin:} data have by default), output {@code logits} (batch x 10), opset 13. What else is known of a model stands
 * in its file as metadata; {@link #describe} reads it from there.
 */
public final class ShippedModels {
    private static final List<String> NAMES = List.of("dense", "lenet");

    private ShippedModels() {}

    /**
     * What a model's file says of itself.
     *
     * @param name name in this zoo
     * @param description architecture and task in a line
     * @param accuracy fraction of the 10 000 MNIST test images that it classifies rightly
     * @param recipe how it was trained
     * @param seed of that training
     * @param data what it was trained and tested on
     * @param licence of the file
     */
    public record Description(
            String name, String description, double accuracy, String recipe, long seed, String data, String licence) {}

    /** The names there are. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * The ONNX file of a model.
     *
     * @throws UnfitException if the name is none of {@link #names}
     */
    public static byte[] read(String name) {
        if (!NAMES.contains(name)) {
            throw new UnfitException(
                    "shipped models are " + String.join(", ", NAMES) + ": '" + name + "' is none of them");
        }
        try (InputStream in = ShippedModels.class.getResourceAsStream(name + ".onnx")) {
            if (in == null) {
                throw new IllegalStateException("the jar has no model " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("the model " + name + " cannot be read from the jar", e);
        }
    }

    /**
     * What is known of a model.
     *
     * @throws UnfitException if the name is none of {@link #names}
     */
    public static Description describe(String name) {
        ModelProto model;
        try {
            model = ModelProto.parseFrom(read(name));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the model " + name + " in the jar is damaged", e);
        }
        Map<String, String> facts = model.getMetadataPropsList().stream()
                .collect(Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
        return new Description(
                name,
                model.getDocString(),
                Double.parseDouble(fact(facts, "accuracy")),
                fact(facts, "recipe"),
                Long.parseLong(fact(facts, "seed")),
                fact(facts, "data"),
                fact(facts, "licence"));
    }

    private static String fact(Map<String, String> facts, String key) {
        String value = facts.get(key);
        if (value == null) {
            throw new IllegalStateException("a shipped model must say its " + key + ": it knows of " + facts.keySet());
        }
        return value;
    }
}
