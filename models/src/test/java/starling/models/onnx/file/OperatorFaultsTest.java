package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static starling.models.onnx.file.SmallModels.attribute;
import static starling.models.onnx.file.SmallModels.floats;
import static starling.models.onnx.file.SmallModels.node;
import static starling.models.onnx.file.SmallModels.tensor;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers that would bring down or stall the native runtime; each of the first three did, in fuzzed real models. */
class OperatorFaultsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("faults")
    void oneFaultOneSentence(Refusal refusal) {
        refusal.check(folder);
    }

    private static AttributeProto.Builder ints(String name, long... values) {
        return attribute(name, AttributeProto.AttributeType.INTS)
                .addAllInts(LongStream.of(values).boxed().toList());
    }

    private static TensorProto.Builder longs(long... values) {
        return tensor("s", DataType.INT64, List.of((long) values.length))
                .addAllInt64Data(LongStream.of(values).boxed().toList());
    }

    private static Refusal window(String sentence, String operator, AttributeProto.Builder attribute) {
        return Refusal.of(sentence, model -> model.getGraphBuilder()
                .addNode(node(operator, "o", List.of("x"), "p").addAttribute(attribute)));
    }

    private static void read(ModelProto.Builder model, String operator, int at, TensorProto.Builder size) {
        String[] inputs = new String[at + 1];
        Arrays.fill(inputs, "x");
        inputs[at] = "s";
        model.getGraphBuilder().addInitializer(size).addNode(node(operator, "o", List.of(inputs), "p"));
    }

    private static Refusal size(String sentence, String operator, int at, TensorProto.Builder size) {
        return Refusal.of(sentence, model -> read(model, operator, at, size));
    }

    static Stream<Refusal> faults() {
        return Stream.of(
                window("'strides' of MaxPool 'o' must lie between 1 and 65536: 0", "MaxPool", ints("strides", 2, 0)),
                size(
                        "value 3 of 's', read as a shape by Pad 'o', must lie between -268435456 and 268435456:"
                                + " 1152921504606846976",
                        "Pad",
                        1,
                        longs(0, 0, 1, 1L << 60)),
                size("'s' of OneHot 'o' must be a single number: it has 0 elements", "OneHot", 1, longs()),
                window("'group' of Conv 'o' must lie between 1 and 65536: 0", "Conv", attribute("group", 0)),
                window("'dilations' of Conv 'o' must lie between 1 and 65536: -1", "Conv", ints("dilations", 1, -1)),
                window(
                        "'kernel_shape' of MaxPool 'o' must lie between 1 and 65536: 4294967296",
                        "MaxPool",
                        ints("kernel_shape", 1L << 32)),
                window("'pads' of Conv 'o' must lie between 0 and 65536: -1", "Conv", ints("pads", 0, -1)),
                window("'pads' of Pad 'o' must lie between -65536 and 65536: 65537", "Pad", ints("pads", -1, 65537)),
                size(
                        "value 0 of 's', read as a shape by Reshape 'o', must lie between -1 and 268435456: -2",
                        "Reshape",
                        1,
                        longs(-2)),
                size(
                        "the shape 's' of ConstantOfShape 'o' has more than 268435456 elements, the limit for one tensor",
                        "ConstantOfShape",
                        0,
                        longs(1 << 20, 1 << 20)),
                size(
                        "scales of Resize 'o' must be positive and at most 65536: 0.0",
                        "Resize",
                        2,
                        floats("s", List.of(2L), 1, 0)),
                Refusal.of(
                        "Range 'o' counts from 0.0 to 1.0E9 by 1.0, more than 268435456 elements, the limit for one"
                                + " tensor",
                        model -> range(model, 1e9f, 1)),
                Refusal.of(
                        "Range 'o' counts from 0.0 to 1.0 by 0.0, more than 268435456 elements, the limit for one tensor",
                        model -> range(model, 1, 0)),
                Refusal.of(
                        "value 0 of 'k', read as a shape by Tile 'o', must lie between -1 and 268435456: 268435457",
                        model -> model.getGraphBuilder()
                                .addNode(node("Constant", "c", List.of(), "k")
                                        .addAttribute(attribute("value", longs((1L << 28) + 1))))
                                .addNode(node("Tile", "o", List.of("x", "k"), "p"))));
    }

    private static void range(ModelProto.Builder model, float limit, float delta) {
        model.getGraphBuilder()
                .addInitializer(floats("start", List.of(), 0))
                .addInitializer(floats("limit", List.of(), limit))
                .addInitializer(floats("delta", List.of(), delta))
                .addNode(node("Range", "o", List.of("start", "limit", "delta"), "p"));
    }

    @Test
    void usualNumbersPass() {
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .addNode(node("Conv", "c", List.of("x", "W"), "p1")
                        .addAttribute(ints("strides", 1, 2))
                        .addAttribute(ints("pads", 0, 1, 0, 1))
                        .addAttribute(attribute("group", 3)))
                .addNode(node("Pad", "d", List.of("x"), "p2").addAttribute(ints("pads", 0, -1)))
                .addInitializer(tensor("depth", DataType.UINT8, List.of()).addInt32Data(4))
                .addNode(node("OneHot", "h", List.of("x", "depth", "b"), "p3"))
                .addNode(node("Reshape", "r", List.of("x", "s"), "p4"))
                .addInitializer(longs(0, -1, 3));
        range(model, 100, 0.5f);
        ModelProto built = model.build();
        assertEquals(
                built,
                OnnxFile.parse(built.toByteArray(), LoadLimits.defaults()).model());
    }
}
