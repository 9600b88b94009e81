package starling.repurpose.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.models.command.Program;
import starling.repurpose.extract.Weighing;
import starling.repurpose.partition.InputChoice;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;

/** {@code repurpose inspect}. */
@Command(
        name = "inspect",
        description = "Shows a model's unit spaces, parameters and multiply-adds, and what cannot be split and why.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
public final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL.onnx", description = "the model")
    private Path model;

    @Option(
            names = "--inputs",
            paramLabel = "split|replicated|owners:FILE",
            description = "who has the input (default: split if a dense layer reads it, else replicated)")
    private @Nullable String inputs;

    @Option(
            names = "--max-model-bytes",
            defaultValue = "1073741824",
            description = "largest model read (default: 1 GiB)")
    private long maxModelBytes;

    @SuppressWarnings("UnusedVariable") // every command takes a seed; nothing here is random
    @Option(names = "--seed", defaultValue = "1", description = "accepted everywhere; nothing here is random")
    private long seed;

    @Option(names = "--json", description = "print one JSON object to stdout")
    private boolean json;

    @Override
    public Integer call() {
        LoadedNetwork network = LoadedNetwork.load(model, maxModelBytes);
        SplitGraph graph = SpaceAnalysis.of(
                network.probed(),
                inputs == null
                        ? Map.of()
                        : InputChoice.parse(inputs, network.probed().inputs()));
        ObjectNode root = describe(network, graph);
        text(spec.commandLine().getErr(), root);
        if (json) {
            Summary.json(spec.commandLine().getOut(), root);
        }
        return Program.SUCCESS;
    }

    private static ObjectNode describe(LoadedNetwork network, SplitGraph graph) {
        ObjectNode root = Summary.object();
        root.put("model", network.name());
        root.put("sha256", network.sha256());
        root.put("batched", graph.model().batched());
        Weighing weighing = Weighing.of(graph);
        root.put("parameters", weighing.parameters());
        root.put("multiplyAdds", weighing.multiplyAdds());
        root.put("flops", 2 * weighing.multiplyAdds());
        ArrayNode spaces = root.putArray("spaces");
        for (SplitGraph.Space space : graph.spaces()) {
            spaces.addObject()
                    .put("name", space.name())
                    .put("kind", space.kind())
                    .put("units", space.units().length);
        }
        ArrayNode layers = root.putArray("layers");
        ArrayNode whole = root.putArray("whole");
        for (Operation operation : graph.operations()) {
            if (operation instanceof Operation.Linear linear) {
                LinearMap map = linear.map();
                layers.addObject()
                        .put("name", map.node().name())
                        .put("operator", map.node().operator())
                        .put("sources", map.sources())
                        .put("targets", map.targets())
                        .put("weights", map.weights().length)
                        .put("valuesPerSource", map.sourceEach())
                        .put("valuesPerTarget", map.targetEach())
                        .put("multiplyAdds", map.multiplyAdds());
            } else if (operation instanceof Operation.Whole odd) {
                long gathered = graph.signals(odd.node()).stream()
                        .filter(value -> graph.model().isSignal(value)
                                && !graph.layout(value).isReplicated())
                        .mapToLong(value -> graph.model().elements(value))
                        .sum();
                whole.addObject()
                        .put("name", odd.node().name())
                        .put("operator", odd.node().operator())
                        .put("reason", odd.reason())
                        .put("values", gathered);
            }
        }
        ArrayNode finals = root.putArray("final");
        graph.finals().forEach(last -> finals.add(last.node().operator()));
        ArrayNode notes = root.putArray("notes");
        network.notes().forEach(notes::add);
        ObjectNode shapes = root.putObject("inputs");
        graph.model().inputs().forEach(input -> shapes.putObject(input)
                .put("shape", Arrays.toString(graph.model().shape(input)))
                .put("placement", graph.layout(input).isReplicated() ? "replicated" : "split"));
        return root;
    }

    private static void text(PrintWriter out, ObjectNode root) {
        out.printf(
                Locale.ROOT,
                "%s: %d parameters, %d multiply-adds per inference%n",
                root.get("model").textValue(),
                root.get("parameters").longValue(),
                root.get("multiplyAdds").longValue());
        root.get("inputs")
                .properties()
                .forEach(input -> out.printf(
                        "  input %-24s %s, %s%n",
                        input.getKey(),
                        input.getValue().get("shape").textValue(),
                        input.getValue().get("placement").textValue()));
        root.get("spaces")
                .forEach(space -> out.printf(
                        "  space %-24s %d %ss%n",
                        space.get("name").textValue(),
                        space.get("units").intValue(),
                        space.get("kind").textValue()));
        root.get("layers")
                .forEach(layer -> out.printf(
                        Locale.ROOT,
                        "  layer %-24s %s %d -> %d, %d weights, %d multiply-adds%n",
                        layer.get("name").textValue(),
                        layer.get("operator").textValue(),
                        layer.get("sources").intValue(),
                        layer.get("targets").intValue(),
                        layer.get("weights").intValue(),
                        layer.get("multiplyAdds").longValue()));
        root.get("whole")
                .forEach(odd -> out.printf(
                        "  whole %-24s %s, after gathering %d values%n",
                        odd.get("name").textValue(),
                        odd.get("reason").textValue(),
                        odd.get("values").longValue()));
        root.get("final").forEach(last -> out.println("  final steps of the requester: " + last.textValue()));
        root.get("notes").forEach(note -> out.println("  note: " + note.textValue()));
        out.flush();
    }
}
