package starling.repurpose.partition;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import starling.models.UnfitException;
import starling.models.graph.Graph;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.LoadedModel;
import starling.models.onnx.file.OnnxFile;
import starling.models.onnx.fold.FoldedModel;
import starling.models.onnx.fold.Folding;
import starling.models.plan.Bundle;
import starling.models.plan.BundleWriter;
import starling.models.run.ProbedModel;
import starling.models.run.Repeatable;

/**
 * A model read, folded and probed, ready to be split.
 *
 * @param name its file's name
 * @param sha256 hash of its file
 * @param original the file as it was given; with external data, the model in one file
 * @param probed folded, with the shapes of all values
 * @param notes what was mended
 */
public record LoadedNetwork(
        String name, String sha256, BundleWriter.Content original, ProbedModel probed, List<String> notes) {

    /** Loads a model of at most {@code maxBytes}, the option {@code --max-model-bytes}. */
    public static LoadedNetwork load(Path file, long maxBytes) {
        if (maxBytes < 1 || maxBytes > LoadLimits.LARGEST_FILE) {
            throw new UnfitException(
                    "--max-model-bytes must lie between 1 and " + LoadLimits.LARGEST_FILE + ": it is " + maxBytes);
        }
        Path name = file.getFileName();
        return of(
                name == null ? file.toString() : name.toString(),
                simplified(
                        OnnxFile.load(file, LoadLimits.defaults().withMaxFileBytes(maxBytes)),
                        loaded -> asGiven(file, loaded)));
    }

    /** Reads a model that is one file, as a bundle keeps it. */
    public static LoadedNetwork parse(String name, byte[] file) {
        return of(name, OnnxFile.parse(file, LoadLimits.defaults()), file);
    }

    /** {@link #parse} of a file that has been read already. */
    public static LoadedNetwork of(String name, LoadedModel loaded, byte[] file) {
        return of(name, simplified(loaded, model -> out -> out.write(file)));
    }

    /** All of a loaded model that is needed once it is folded; the model itself need not be kept meanwhile. */
    private record Simplified(ModelProto model, String sha256, BundleWriter.Content original, List<String> notes) {}

    private static Simplified simplified(LoadedModel loaded, Function<LoadedModel, BundleWriter.Content> original) {
        Repeatable.require(new Graph(loaded.model()));
        FoldedModel folded = folded(loaded.model());
        List<String> notes = new ArrayList<>(loaded.notes());
        notes.addAll(folded.notes());
        return new Simplified(folded.model(), loaded.sha256(), original.apply(loaded), List.copyOf(notes));
    }

    private static LoadedNetwork of(String name, Simplified model) {
        return new LoadedNetwork(name, model.sha256(), model.original(), ProbedModel.of(model.model()), model.notes());
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
    private static BundleWriter.Content asGiven(Path file, LoadedModel loaded) {
        String hash = loaded.sha256();
        try {
            if (!hash.equals(copied(file, OutputStream.nullOutputStream()))) {
                return loaded.model()::writeTo;
            }
        } catch (IOException e) {
            throw new UnfitException("'" + file + "' cannot be read: " + e.getMessage(), e);
        }
        return out -> {
            if (!hash.equals(copied(file, out))) {
                throw new UnfitException("'" + file + "' must stay as it is while it is split: it has changed");
            }
        };
    }

    /** Copies a file and returns its SHA-256. */
    private static String copied(Path file, OutputStream out) throws IOException {
        MessageDigest digest = Bundle.digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(out);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
