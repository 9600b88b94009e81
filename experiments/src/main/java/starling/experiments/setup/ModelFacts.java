package starling.experiments.setup;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.LinkedHashMap;
import java.util.Map;
import starling.models.UnfitException;

/** What a model's file says of itself. */
final class ModelFacts {
    private ModelFacts() {}

    static Map<String, String> of(byte[] model) {
        try {
            Map<String, String> facts = new LinkedHashMap<>();
            for (StringStringEntryProto fact : ModelProto.parseFrom(model).getMetadataPropsList()) {
                facts.put(fact.getKey(), fact.getValue());
            }
            return facts;
        } catch (InvalidProtocolBufferException e) {
            throw new UnfitException("a model must be an ONNX file: " + e.getMessage(), e);
        }
    }
}
