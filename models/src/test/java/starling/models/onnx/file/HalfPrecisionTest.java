package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.models.onnx.file.SmallModels.attribute;
import static starling.models.onnx.file.SmallModels.node;
import static starling.models.onnx.file.SmallModels.tensor;
import static starling.models.onnx.file.SmallModels.value;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
    /** All 65536 bit patterns, against the conversion that ships with ONNX Runtime. */
    @Test
    void everyBinary16ValueIsExact() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float expected = Fp16Conversions.fp16ToFloat((short) bits);
            float actual = HalfPrecision.float16((short) bits);
            if (Float.isNaN(expected)) {
                assertTrue(Float.isNaN(actual));
            } else {
                assertEquals(Float.floatToRawIntBits(expected), Float.floatToRawIntBits(actual), "bits " + bits);
            }
        }
    }

    private static ByteString shorts(int... values) {
        ByteBuffer raw = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            raw.putShort((short) value);
        }
        return ByteString.copyFrom(raw.flip());
    }

    /** A network that names 16-bit types in every place that can. */
    @Test
    void everyMentionOfHalfPrecisionIsWidened() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(value("x", DataType.FLOAT16, "N", 2))
                .addOutput(value("y", DataType.BFLOAT16, "N", 2))
                .addValueInfo(value("c", DataType.FLOAT16, "N", 2))
                .addInitializer(
                        tensor("raw", DataType.FLOAT16, List.of(2L)).setRawData(shorts(0x3C00, 0xC000))) // 1, -2
                .addInitializer(tensor("typed", DataType.FLOAT16, List.of(2L))
                        .addInt32Data(0x3555)
                        .addInt32Data(0x8001)) // 0.33325195, -2^-24
                .addInitializer(tensor("brain", DataType.BFLOAT16, List.of(2L))
                        .setRawData(shorts(0x3FC0, 0xC2F7))) // 1.5, -123.5
                .addNode(node("Constant", "k", List.of(), "k")
                        .addAttribute(attribute(
                                "value", tensor("", DataType.FLOAT16, List.of()).setRawData(shorts(0x7BFF)))))
                .addNode(node("Cast", "c", List.of("x"), "c").addAttribute(attribute("to", 10)))
                .addNode(node("Cast", "i", List.of("x"), "i").addAttribute(attribute("to", 7)))
                .addNode(node("Gather", "g", List.of("c", "i"), "g").addAttribute(attribute("axis", 10)))
                .addNode(node("RandomUniform", "r", List.of(), "r").addAttribute(attribute("dtype", 10)))
                .addNode(node("Cast", "y", List.of("g"), "y").addAttribute(attribute("to", 16)));
        ModelProto model = SmallModels.model(graph).build();
        LoadedModel loaded = OnnxFile.parse(model.toByteArray(), LoadLimits.defaults());
        assertEquals(
                List.of("the network is in 16-bit floating point: 4 tensors were widened to float32, and it is computed"
                        + " in float32"),
                loaded.notes());
        GraphProto wide = loaded.model().getGraph();
        assertEquals(SmallModels.floats("raw", List.of(2L), 1, -2).build(), wide.getInitializer(0));
        assertEquals(
                SmallModels.floats("typed", List.of(2L), 0.33325195f, -0x1p-24f).build(), wide.getInitializer(1));
        assertEquals(SmallModels.floats("brain", List.of(2L), 1.5f, -123.5f).build(), wide.getInitializer(2));
        TensorProto constant = wide.getNode(0).getAttribute(0).getT();
        assertEquals(SmallModels.floats("", List.of(), 65504).build(), constant);
        assertEquals(
                List.of(1L, 7L, 10L, 1L, 1L),
                wide.getNodeList().subList(1, 6).stream()
                        .map((NodeProto node) -> node.getAttribute(0).getI())
                        .toList(),
                "types become float32, the axis stays 10");
        assertEquals(value("x", DataType.FLOAT, "N", 2).build(), wide.getInput(0));
        assertEquals(value("y", DataType.FLOAT, "N", 2).build(), wide.getOutput(0));
        assertEquals(value("c", DataType.FLOAT, "N", 2).build(), wide.getValueInfo(0));
        assertEquals(
                loaded.model(),
                OnnxFile.parse(loaded.model().toByteArray(), LoadLimits.defaults())
                        .model());
    }
}
