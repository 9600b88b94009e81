package starling.models.training;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import starling.models.data.Dataset;

/**
 * What a run is made of, one fact a line: a checkpoint goes on only where all of them are the same. The model's operators and
 * shapes count, and so do its first weights, what of it is learned, and every number of the data: they are read once for it.
 */
final class Fingerprint {
    private Fingerprint() {}

    static String of(Task task, Recipe recipe, Parameters parameters) {
        return String.join(
                "\n",
                "model " + digest(task.model()),
                "parameters " + digest(parameters) + " and masks "
                        + task.masks().digest(),
                "data " + digest(task.data()),
                "held back " + (task.heldBack() == null ? "none" : digest(task.heldBack())),
                "augmentation " + task.augmentation(),
                "loss " + recipe.loss().words(),
                "optimizer " + recipe.optimizer(),
                "learning rate " + recipe.rate(),
                "schedule " + recipe.schedule(),
                "epochs " + recipe.epochs(),
                "samples of a batch " + recipe.batch(),
                "epochs of patience " + recipe.patience(),
                "mode " + recipe.mode(),
                "seed " + recipe.seed(),
                "threads " + recipe.threads());
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

    private static String digest(Parameters parameters) {
        CRC32C digest = new CRC32C();
        parameters.names().forEach(name -> digest.update(name.getBytes(StandardCharsets.UTF_8)));
        return parameters.names().size() + " of checksum " + Long.toHexString(digest.getValue());
    }

    /** Every number counts as the model reads it, so that another part, another preparation or other groups show. */
    private static String digest(Dataset data) {
        CRC32C digest = new CRC32C();
        float[] sample = new float[data.elements()];
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * sample.length + Integer.BYTES);
        for (int i = 0; i < data.count(); i++) {
            data.read(i, sample, 0);
            bytes.asFloatBuffer().put(sample);
            bytes.putInt(Float.BYTES * sample.length, data.label(i));
            digest.update(bytes.array());
        }
        return data.name() + ", " + data.count() + " samples of shape " + Arrays.toString(data.sampleShape())
                + " and checksum " + Long.toHexString(digest.getValue());
    }
}
