package starling.repurpose.partition;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.LoadedModel;
import starling.models.onnx.file.OnnxFile;
import starling.models.onnx.fold.FoldedModel;
import starling.models.onnx.fold.Folding;
import starling.models.plan.Bundle;
import starling.models.run.ProbedModel;
import starling.models.run.Repeatable;

/**
 * A model read, folded and probed, ready to be split.
 *
 * @param name its file's name
 * @param sha256 hash of its file
 * @param original makes the file as it was given; with external data, the model in one file
 * @param probed folded, with the shapes of all values
 * @param notes what was mended
 */
public record LoadedNetwork(
        String name, String sha256, Supplier<byte[]> original, ProbedModel probed, List<String> notes) {

    /** Loads a model of at most {@code maxBytes}, the option {@code --max-model-bytes}. */
    public static LoadedNetwork load(Path file, long maxBytes) {
        if (maxBytes < 1 || maxBytes > LoadLimits.LARGEST_FILE) {
            throw new UnfitException(
                    "--max-model-bytes must lie between 1 and " + LoadLimits.LARGEST_FILE + ": it is " + maxBytes);
        }
        LoadedModel loaded = OnnxFile.load(file, LoadLimits.defaults().withMaxFileBytes(maxBytes));
        Path name = file.getFileName();
        return of(name == null ? file.toString() : name.toString(), loaded, asGiven(file, loaded));
    }

    /** Reads a model that is one file, as a bundle keeps it. */
    public static LoadedNetwork parse(String name, byte[] file) {
        return of(name, OnnxFile.parse(file, LoadLimits.defaults()), () -> file);
    }

    private static LoadedNetwork of(String name, LoadedModel loaded, Supplier<byte[]> file) {
        Repeatable.require(new Graph(loaded.model()));
        FoldedModel folded = folded(loaded.model());
        List<String> notes = new ArrayList<>(loaded.notes());
        notes.addAll(folded.notes());
        return new LoadedNetwork(name, loaded.sha256(), file, ProbedModel.of(folded.model()), List.copyOf(notes));
    }

    /**
     * Folded, for one sample where that does away with computing on shapes: exporters write a free batch as Shape, Gather,
     * Concat and Reshape, which are constants once the batch is known. {@link ProbedModel} frees it again.
     */
    private static FoldedModel folded(ModelProto model) {
        FoldedModel folded = Folding.fold(model);
        if (readsShapes(folded.model())) {
            FoldedModel single = Folding.fold(forOneSample(model));
            if (single.notes().isEmpty() && !readsShapes(single.model())) {
                return single;
            }
        }
        return folded;
    }

    private static boolean readsShapes(ModelProto model) {
        return model.getGraph().getNodeList().stream()
                .anyMatch(node -> node.getOpType().equals("Shape"));
    }

    private static ModelProto forOneSample(ModelProto model) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearValueInfo();
        for (ValueInfoProto.Builder input : graph.getInputBuilderList()) {
            TensorShapeProto.Builder shape =
                    input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
            if (shape.getDimCount() > 0 && !shape.getDim(0).hasDimValue()) {
                shape.getDimBuilder(0).setDimValue(1);
            }
        }
        for (ValueInfoProto.Builder output : graph.getOutputBuilderList()) {
            output.getTypeBuilder().getTensorTypeBuilder().clearShape();
        }
        return model.toBuilder().setGraph(graph).build();
    }

    /** A file that is a model by itself is read again when it is wanted, so that its weights are not held twice meanwhile. */
    private static Supplier<byte[]> asGiven(Path file, LoadedModel loaded) {
        String hash = loaded.sha256();
        if (!hash(read(file)).equals(hash)) {
            return loaded.model()::toByteArray;
        }
        return () -> {
            byte[] bytes = read(file);
            if (!hash(bytes).equals(hash)) {
                throw new UnfitException("'" + file + "' must stay as it is while it is split: it has changed");
            }
            return bytes;
        };
    }

    private static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(Bundle.digest(bytes));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnfitException("'" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }
}
