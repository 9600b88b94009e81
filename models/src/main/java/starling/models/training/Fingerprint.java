package starling.models.training;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What a run is made of, one fact a line: a checkpoint goes on only where all of them are the same. The model's operators and
 * shapes count, and so do its first weights.
 */
final class Fingerprint {
    private Fingerprint() {}

    static String of(Task task, Recipe recipe) {
        return String.join(
                "\n",
                "model " + digest(task.model()),
                "data " + task.data().name() + ", " + task.data().count() + " samples",
                "held back "
                        + (task.heldBack() == null
                                ? "none"
                                : task.heldBack().name() + ", "
                                        + task.heldBack().count() + " samples"),
                "augmentation " + task.augmentation(),
                "recipe " + recipe);
    }

    /** The first fact that differs, in words. */
    static String difference(String found, String wanted) {
        String[] theirs = found.split("\n", -1);
        String[] ours = wanted.split("\n", -1);
        for (int i = 0; i < Math.min(theirs.length, ours.length); i++) {
            if (!theirs[i].equals(ours[i])) {
                return theirs[i] + ", this run has " + ours[i];
            }
        }
        return "other facts than this run";
    }

    private static String digest(ModelProto model) {
        CRC32C digest = new CRC32C();
        GraphProto graph = model.getGraph();
        graph.getNodeList().forEach(node -> digest.update(node.toByteArray()));
        for (TensorProto tensor : graph.getInitializerList()) {
            digest.update(tensor.getName().getBytes(StandardCharsets.UTF_8));
            digest.update(tensor.toByteArray());
        }
        return "with " + graph.getNodeCount() + " operators and checksum " + Long.toHexString(digest.getValue());
    }
}
