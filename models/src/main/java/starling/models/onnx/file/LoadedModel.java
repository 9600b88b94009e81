package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;

/**
 * A model that passed every check of {@link OnnxFile}.
 *
 * @param model self-contained: no external data, no initializer among the inputs, no float16, no sparse tensor, no
 *     subgraph, no function; nodes in topological order; only the operator domains {@code ""} and {@code ai.onnx.ml}
 * @param sha256 64 lower-case hexadecimal digits. Without external data the digest of the file's bytes, as
 *     {@code sha256sum} prints it. With external data the digest of the text made of one line {@code digest, two spaces,
 *     name, newline} per file, the model's own line first with an empty name, then the external files in ascending order
 *     of their location as written in the model
 * @param notes sentences for people about what was changed while loading; empty for most models
 */
public record LoadedModel(ModelProto model, String sha256, List<String> notes) {
    public LoadedModel {
        notes = List.copyOf(notes);
    }
}
