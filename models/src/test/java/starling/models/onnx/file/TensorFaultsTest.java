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
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule about a tensor's values, broken one at a time, in initializers and in attributes. */
class TensorFaultsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource({"lengths", "places", "ranges", "notNumbers"})
    void oneFaultOneSentence(Refusal refusal) {
        refusal.check(folder);
    }

    /** The model with one more initializer, 't'. */
    private static Refusal with(String sentence, TensorProto.Builder tensor) {
        return Refusal.of(sentence, model -> model.getGraphBuilder().addInitializer(tensor));
    }

    private static TensorProto.Builder raw(DataType type, int bytes, long... dims) {
        return tensor("t", type, Arrays.stream(dims).boxed().toList()).setRawData(ByteString.copyFrom(new byte[bytes]));
    }

    static Stream<Refusal> lengths() {
        return Stream.of(
                with(
                        "tensor 't' declares shape [50, 320] (16000 float32 values, 64000 bytes) but holds 63996 bytes",
                        raw(DataType.FLOAT, 63996, 50, 320)),
                with(
                        "tensor 't' declares shape [2] (2 float32 values, 8 bytes) but holds 9 bytes",
                        raw(DataType.FLOAT, 9, 2)),
                with(
                        "tensor 't' declares shape [2] (2 float32 values, 8 bytes) but holds 0 bytes",
                        tensor("t", DataType.FLOAT, List.of(2L))),
                with(
                        "tensor 't' declares shape [] (1 float32 value, 4 bytes) but holds 0 bytes",
                        tensor("t", DataType.FLOAT, List.of())),
                with(
                        "tensor 't' declares shape [0, 3] (0 float32 values, 0 bytes) but holds 4 bytes",
                        raw(DataType.FLOAT, 4, 0, 3)),
                with(
                        "tensor 't' declares shape [3] (3 int16 values, 6 bytes) but holds 3 bytes",
                        raw(DataType.INT16, 3, 3)),
                with(
                        "tensor 't' declares shape [3] (3 float32 values) but holds 2 in float_data",
                        tensor("t", DataType.FLOAT, List.of(3L)).addFloatData(1).addFloatData(2)),
                with(
                        "tensor 't' declares shape [1] (1 float64 value) but holds 2 in double_data",
                        tensor("t", DataType.DOUBLE, List.of(1L))
                                .addDoubleData(1)
                                .addDoubleData(2)),
                with(
                        "tensor 't' declares shape [2] (2 float16 values) but holds 1 in int32_data",
                        tensor("t", DataType.FLOAT16, List.of(2L)).addInt32Data(1)),
                with(
                        "dimensions must not be negative: dimension 1 of tensor 't' is -3",
                        raw(DataType.FLOAT, 12, 1, -3)),
                with(
                        "tensor 't' has more than 268435456 elements, the limit for one tensor",
                        raw(DataType.FLOAT, 0, 1L << 32, 1L << 32)),
                with(
                        "tensor 't' has more than 268435456 elements, the limit for one tensor",
                        raw(DataType.FLOAT, 0, 3, Long.MAX_VALUE)),
                with(
                        "tensor 't' has more than 268435456 elements, the limit for one tensor",
                        raw(DataType.FLOAT, 0, 0, 1L << 29)),
                Refusal.of(
                        "attribute 'value' of Constant 'k' declares shape [3] (3 float32 values, 12 bytes) but holds 4"
                                + " bytes",
                        model -> constant(model, floats("", List.of(3L), 1))),
                with(
                        "tensor 't' declares shape [1, 1, 1, 1, 1, 1, 1, 1, ... (9 dimensions)] (1 float32 value, 4"
                                + " bytes) but holds 0 bytes",
                        raw(DataType.FLOAT, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1)));
    }

    static Stream<Refusal> places() {
        return Stream.of(
                with(
                        "tensor 't' holds values both in raw_data and in float_data; one place is allowed",
                        floats("t", List.of(1L), 1).addFloatData(1)),
                with(
                        "tensor 't' has float32 elements but keeps values in int64_data",
                        tensor("t", DataType.FLOAT, List.of(1L)).addInt64Data(1)),
                with(
                        "tensor 't' has float32 elements but keeps values in string_data",
                        floats("t", List.of(1L), 1).addStringData(ByteString.copyFromUtf8("1"))),
                with(
                        "tensor 't' is only a segment of a tensor; tensors must be whole",
                        floats("t", List.of(1L), 1)
                                .setSegment(TensorProto.Segment.newBuilder().setBegin(0))),
                with(
                        "tensor 't' keeps its values in another file, which is not allowed here",
                        tensor("t", DataType.FLOAT, List.of(1L))
                                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                                .addExternalData(SmallModels.entry("location", "weights.bin"))),
                with(
                        "tensor 't' keeps its values in another file, which is not allowed here",
                        floats("t", List.of(1L), 1).addExternalData(SmallModels.entry("location", "weights.bin"))),
                Refusal.of(
                        "attribute 'value' of Constant 'k' keeps its values in another file, which is not allowed here",
                        model -> constant(
                                model,
                                tensor("", DataType.FLOAT, List.of(1L))
                                        .setDataLocation(TensorProto.DataLocation.EXTERNAL))));
    }

    static Stream<Refusal> ranges() {
        String only = " values; only floating-point, integer and boolean tensors of 8 to 64 bits can be read";
        return Stream.of(
                with("tensor 't' holds string" + only, tensor("t", DataType.STRING, List.of())),
                with("tensor 't' holds complex128" + only, raw(DataType.COMPLEX128, 16, 1)),
                with("tensor 't' holds int4" + only, raw(DataType.INT4, 1, 2)),
                with("tensor 't' holds undefined" + only, raw(DataType.UNDEFINED, 1, 1)),
                with(
                        "tensor 't' holds type 99" + only,
                        raw(DataType.FLOAT, 1, 1).setDataType(99)),
                with(
                        "uint8 values lie between 0 and 255: value 1 of tensor 't' is 256",
                        tensor("t", DataType.UINT8, List.of(2L))
                                .addInt32Data(255)
                                .addInt32Data(256)),
                with(
                        "int8 values lie between -128 and 127: value 0 of tensor 't' is 128",
                        tensor("t", DataType.INT8, List.of(1L)).addInt32Data(128)),
                with(
                        "int16 values lie between -32768 and 32767: value 0 of tensor 't' is -32769",
                        tensor("t", DataType.INT16, List.of(1L)).addInt32Data(-32769)),
                with(
                        "bool values lie between 0 and 1: value 0 of tensor 't' is 2",
                        tensor("t", DataType.BOOL, List.of(1L)).addInt32Data(2)),
                with(
                        "bool values lie between 0 and 1: value 1 of tensor 't' is -1",
                        tensor("t", DataType.BOOL, List.of(2L)).setRawData(ByteString.copyFrom(new byte[] {1, -1}))),
                with(
                        "uint32 values lie between 0 and 4294967295: value 0 of tensor 't' is 4294967296",
                        tensor("t", DataType.UINT32, List.of(1L)).addUint64Data(1L << 32)),
                with(
                        "float16 values lie between 0 and 65535: value 0 of tensor 't' is -1",
                        tensor("t", DataType.FLOAT16, List.of(1L)).addInt32Data(-1)));
    }

    static Stream<Refusal> notNumbers() {
        float nan = Float.NaN;
        float infinity = Float.POSITIVE_INFINITY;
        return Stream.of(
                with("weights must be finite: value 2 of tensor 't' is NaN", floats("t", List.of(3L), 1, 2, nan)),
                with(
                        "weights must be finite: value 1 of tensor 't' is -Infinity",
                        floats("t", List.of(2L), 0, -infinity)),
                with(
                        "weights must be finite: value 1 of tensor 't' is Infinity",
                        tensor("t", DataType.FLOAT, List.of(2L)).addFloatData(0).addFloatData(infinity)),
                with(
                        "weights must be finite: value 0 of tensor 't' is NaN",
                        tensor("t", DataType.DOUBLE, List.of(1L)).addDoubleData(Double.NaN)),
                with(
                        "weights must be finite: value 0 of tensor 't' is Infinity",
                        tensor("t", DataType.FLOAT16, List.of(2L))
                                .addInt32Data(0x7C00)
                                .addInt32Data(0)),
                with(
                        "weights must be finite: value 0 of tensor 't' is NaN",
                        tensor("t", DataType.BFLOAT16, List.of(1L)).addInt32Data(0x7FC0)),
                Refusal.of(
                        "weights must be finite: value 1 of attribute 'value' of Constant 'k' is NaN",
                        model -> constant(model, floats("", List.of(2L), 0, nan))),
                Refusal.of(
                        "weights must be finite: value 0 of tensor 'b' is Infinity", // read by Add
                        model -> model.getGraphBuilder().setInitializer(1, floats("b", List.of(1L), infinity))),
                Refusal.of(
                        "weights must be finite: value 0 of attribute 'alpha' of LeakyRelu 'clip' is NaN",
                        model -> model.getGraphBuilder()
                                .getNodeBuilder(2)
                                .setOpType("LeakyRelu")
                                .addAttribute(attribute("alpha", AttributeProto.AttributeType.FLOAT)
                                        .setF(nan))),
                Refusal.of(
                        "weights must be finite: value 1 of attribute 'scales' of Relu 'clip' is Infinity",
                        model -> model.getGraphBuilder()
                                .getNodeBuilder(2)
                                .addAttribute(attribute("scales", AttributeProto.AttributeType.FLOATS)
                                        .addFloats(1)
                                        .addFloats(infinity))));
    }

    private static void constant(ModelProto.Builder model, TensorProto.Builder value) {
        model.getGraphBuilder()
                .addNode(node("Constant", "k", List.of(), "c").addAttribute(attribute("value", value)))
                .addNode(node("Add", "more", List.of("z", "c"), "w"));
    }

    /** "No limit" and "masked out" are written as infinities; only there, only single values, and never NaN. */
    @ParameterizedTest
    @ValueSource(strings = {"Clip", "Max", "Min", "Pad", "Where"})
    void singleInfinitiesAreLimits(String operator) {
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .addInitializer(floats("limit", List.of(), Float.NEGATIVE_INFINITY))
                .addNode(node(operator, "limited", List.of("z", "b", "limit"), "w"));
        ModelProto accepted = model.build();
        assertEquals(
                accepted,
                OnnxFile.parse(accepted.toByteArray(), LoadLimits.defaults()).model());

        model.getGraphBuilder().addNode(node("Mul", "scaled", List.of("z", "limit"), "v"));
        Refusal.says(
                "weights must be finite: value 0 of tensor 'limit' is -Infinity",
                () -> OnnxFile.parse(model.build().toByteArray(), LoadLimits.defaults()));

        ModelProto.Builder several = accepted.toBuilder();
        several.getGraphBuilder().setInitializer(2, floats("limit", List.of(2L), 1, Float.NEGATIVE_INFINITY));
        Refusal.says(
                "weights must be finite: value 1 of tensor 'limit' is -Infinity",
                () -> OnnxFile.parse(several.build().toByteArray(), LoadLimits.defaults()));

        ModelProto.Builder none = accepted.toBuilder();
        none.getGraphBuilder().setInitializer(2, floats("limit", List.of(), Float.NaN));
        Refusal.says(
                "weights must be finite: value 0 of tensor 'limit' is NaN",
                () -> OnnxFile.parse(none.build().toByteArray(), LoadLimits.defaults()));
    }

    @Test
    void anInfiniteOutputIsRefused() {
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .addInitializer(floats("limit", List.of(1L), Float.POSITIVE_INFINITY))
                .addOutput(SmallModels.value("limit", DataType.FLOAT, 1));
        Refusal.says(
                "weights must be finite: value 0 of tensor 'limit' is Infinity",
                () -> OnnxFile.parse(model.build().toByteArray(), LoadLimits.defaults()));
    }

    /** Both ways of storing every type are read as they are. */
    @ParameterizedTest
    @EnumSource(ElementType.class)
    void everyTypeIsReadFromEitherPlace(ElementType type) {
        DataType code = DataType.forNumber(type.code);
        TensorProto.Builder typed = tensor("typed", code, List.of(2L));
        for (int i = 0; i < 2; i++) {
            switch (type.field) {
                case FLOAT -> typed.addFloatData(i);
                case INT32 -> typed.addInt32Data(i);
                case INT64 -> typed.addInt64Data(i);
                case DOUBLE -> typed.addDoubleData(i);
                case UINT64 -> typed.addUint64Data(i);
            }
        }
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .addInitializer(typed)
                .addInitializer(
                        tensor("raw", code, List.of(3L, 1L)).setRawData(ByteString.copyFrom(new byte[3 * type.bytes])))
                .addInitializer(tensor("empty", code, List.of(0L)));
        ModelProto loaded = OnnxFile.parse(model.build().toByteArray(), LoadLimits.defaults())
                .model();
        if (type.isHalf()) {
            assertEquals(12, loaded.getGraph().getInitializer(3).getRawData().size(), "three float32 values");
        } else {
            assertEquals(model.build(), loaded);
        }
    }
}
