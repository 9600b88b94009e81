package starling.models.onnx.fold;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;

/**
 * A model that computes the same with fewer operators.
 *
 * @param model plain ONNX, as {@link starling.models.onnx.file.OnnxFile} would load it
 * @param notes sentences for people; empty when folding went as usual
 */
public record FoldedModel(ModelProto model, List<String> notes) {
    public FoldedModel {
        notes = List.copyOf(notes);
    }
}
