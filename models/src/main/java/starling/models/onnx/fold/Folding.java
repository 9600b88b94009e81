package starling.models.onnx.fold;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import starling.models.UnfitException;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;
import starling.models.run.ModelFile;
import starling.models.run.Sessions;

/**
 * Lets ONNX Runtime simplify a model at its BASIC level, which keeps to standard operators: constant folding,
 * Conv + BatchNormalization into Conv, MatMul + Add into Gemm, removal of Identity, Dropout and dead nodes. Free
 * dimensions stay free, inputs and outputs keep their names and order. The result goes through the same checks as a file
 * from outside; if it does not pass (an operator of ONNX Runtime's own, a folded constant that is infinite), the model is
 * returned as it was, with a note.
 *
 * <p>Outputs agree with the unfolded model's within rounding: fused weights are rounded to float32 once more.
 *
 * <p>Cost: ONNX Runtime opens the model once and runs its constant part; memory about three times the model. The model runs
 * inside this process: folding a stranger's model trusts ONNX Runtime not to crash on it.
 */
public final class Folding {
    private static final int LONGEST_REASON = 200;
    /** The model passed its own limits before; what ONNX Runtime makes of it may be somewhat larger. */
    private static final LoadLimits LARGEST = LoadLimits.defaults().withMaxFileBytes(Integer.MAX_VALUE - (1L << 20));

    private Folding() {}

    /** Folds a loaded model. */
    public static FoldedModel fold(ModelProto model) {
        return fold(model, Map.of());
    }

    /**
     * Folds a loaded model after fixing free dimensions.
     *
     * @param freeDimensions new sizes by the dimension's name, such as {@code batch -> 1}
     * @throws UnfitException if ONNX Runtime refuses the model, a name is not a free dimension of an input, or a size is
     *     below 1
     */
    public static FoldedModel fold(ModelProto model, Map<String, Long> freeDimensions) {
        requireFree(model, freeDimensions);
        byte[] optimized = optimize(model, freeDimensions);
        try {
            ModelProto folded =
                    withoutDeadConstants(OnnxFile.parse(optimized, LARGEST).model());
            requireSameInterface(model, folded);
            return new FoldedModel(folded, List.of());
        } catch (UnfitException e) {
            if (!freeDimensions.isEmpty()) {
                throw new UnfitException("fixing dimensions failed: " + e.getMessage(), e);
            }
            return new FoldedModel(model, List.of("the model was not simplified: " + e.getMessage()));
        }
    }

    private static void requireFree(ModelProto model, Map<String, Long> freeDimensions) {
        Set<String> free = new TreeSet<>();
        for (ValueInfoProto input : model.getGraph().getInputList()) {
            for (TensorShapeProto.Dimension dim :
                    input.getType().getTensorType().getShape().getDimList()) {
                if (!dim.getDimParam().isEmpty()) {
                    free.add(dim.getDimParam());
                }
            }
        }
        freeDimensions.forEach((name, size) -> {
            if (!free.contains(name)) {
                throw new UnfitException("'" + name + "' is not a free dimension of an input; there are " + free);
            }
            if (size < 1) {
                throw new UnfitException("a dimension must be at least 1: '" + name + "' is " + size);
            }
        });
    }

    private static byte[] optimize(ModelProto model, Map<String, Long> freeDimensions) {
        try {
            try (ModelFile file = new ModelFile(model);
                    SessionOptions options = new SessionOptions()) {
                options.setOptimizationLevel(SessionOptions.OptLevel.BASIC_OPT);
                options.setIntraOpNumThreads(1);
                options.setInterOpNumThreads(1);
                options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
                Sessions.frugal(options);
                options.setOptimizedModelFilePath(file.beside().toString());
                for (Map.Entry<String, Long> dimension : freeDimensions.entrySet()) {
                    options.setSymbolicDimensionValue(dimension.getKey(), dimension.getValue());
                }
                Sessions.environment()
                        .createSession(file.path().toString(), options)
                        .close();
                return ModelFile.read(file.beside());
            }
        } catch (OrtException e) {
            throw new UnfitException("ONNX Runtime refuses the model: " + reason(e), e);
        } catch (IOException e) {
            throw new UnfitException("the model cannot be folded in the temporary folder: " + e, e);
        }
    }

    /** The first line of what ONNX Runtime says, without the places in its source code. */
    static String reason(OrtException e) {
        String text = Sessions.withoutFile(String.valueOf(e.getMessage()))
                .replaceFirst("^Error code - \\w+ - message: ", "")
                .replaceFirst("^/\\S+\\.(cc|h):\\d+ .*?\\) (?=[A-Z])", "")
                .strip();
        text = text.lines().findFirst().orElse("no reason given");
        return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON) + "...";
    }

    private static void requireSameInterface(ModelProto model, ModelProto folded) {
        requireSameNames(
                "inputs", model.getGraph().getInputList(), folded.getGraph().getInputList());
        requireSameNames(
                "outputs", model.getGraph().getOutputList(), folded.getGraph().getOutputList());
    }

    private static void requireSameNames(String what, List<ValueInfoProto> before, List<ValueInfoProto> after) {
        List<String> names = before.stream().map(ValueInfoProto::getName).toList();
        List<String> kept = after.stream().map(ValueInfoProto::getName).toList();
        if (!names.equals(kept)) {
            throw new UnfitException("ONNX Runtime changed the " + what + " from " + names + " to " + kept);
        }
    }

    private static ModelProto withoutDeadConstants(ModelProto model) {
        GraphProto graph = model.getGraph();
        Set<String> used = new HashSet<>();
        for (NodeProto node : graph.getNodeList()) {
            used.addAll(node.getInputList());
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            used.add(output.getName());
        }
        List<TensorProto> live = graph.getInitializerList().stream()
                .filter(tensor -> used.contains(tensor.getName()))
                .toList();
        return model.toBuilder()
                .setGraph(graph.toBuilder().clearInitializer().addAllInitializer(live))
                .build();
    }
}
