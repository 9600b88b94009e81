package starling.repurpose.extract;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.regex.Pattern;

/**
 * The names a plan gives to what enters and leaves a sub-model ({@code input}, {@code output}, {@code from_K}, {@code to_K},
 * {@code answer_K}). The network's own values may be called the same. While a sub-model is built its ports have names that no
 * value has; at the end they get their own, and a value in their way is called otherwise, the same in every sub-model.
 */
final class Ports {
    private static final String INNER = "\u2192";
    private static final Pattern OF_WORKERS = Pattern.compile("input|output|(from|to)_.*");
    private static final Pattern OF_FINAL = Pattern.compile("answer_\\d+");

    private Ports() {}

    /** What a port is called while its sub-model is built. */
    static String inner(String port) {
        return INNER + port;
    }

    /** A worker's finished sub-model with the plan's names. */
    static ModelProto ofWorker(ModelProto model) {
        return renamed(model, OF_WORKERS);
    }

    /** The finished final model with the plan's names. */
    static ModelProto ofFinal(ModelProto model) {
        return renamed(model, OF_FINAL);
    }

    private static ModelProto renamed(ModelProto model, Pattern taken) {
        GraphProto.Builder graph = model.getGraph().toBuilder();
        graph.getInputBuilderList().forEach(info -> info.setName(name(info.getName(), taken)));
        graph.getOutputBuilderList().forEach(info -> info.setName(name(info.getName(), taken)));
        graph.getInitializerBuilderList().forEach(tensor -> tensor.setName(name(tensor.getName(), taken)));
        graph.getNodeBuilderList().forEach(node -> {
            node.setName(name(node.getName(), taken));
            for (int i = 0; i < node.getInputCount(); i++) {
                node.setInput(i, name(node.getInput(i), taken));
            }
            for (int i = 0; i < node.getOutputCount(); i++) {
                node.setOutput(i, name(node.getOutput(i), taken));
            }
        });
        return model.toBuilder().setGraph(graph).build();
    }

    private static String name(String inner, Pattern taken) {
        if (inner.startsWith(INNER)) {
            return inner.substring(INNER.length());
        }
        return taken.matcher(inner).matches() ? "@" + inner : inner;
    }
}
