package starling.experiments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Parameter;
import starling.models.command.Program;

/** Names every experiment and what can be set in it. */
@Command(
        name = "list",
        description = "Names every experiment and what can be set in it.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
final class ListCommand implements Callable<Integer> {
    private final Catalogue catalogue;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    ListCommand(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson());
        } else {
            for (Experiment experiment : catalogue.experiments()) {
                out.println(experiment.name() + " - " + experiment.description());
                for (Parameter<?> parameter : experiment.parameters()) {
                    out.println("    " + parameter.name() + "=" + parameter.standard() + " (quick " + parameter.quick()
                            + ") " + parameter.description() + "; " + parameter.type());
                }
            }
        }
        out.flush();
        return Program.SUCCESS;
    }

    private String asJson() throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode all = root.putArray("experiments");
        for (Experiment experiment : catalogue.experiments()) {
            ObjectNode one = all.addObject();
            one.put("name", experiment.name());
            one.put("description", experiment.description());
            ArrayNode parameters = one.putArray("parameters");
            for (Parameter<?> parameter : experiment.parameters()) {
                parameters
                        .addObject()
                        .put("name", parameter.name())
                        .put("type", parameter.type())
                        .put("standard", parameter.standard())
                        .put("quick", parameter.quick())
                        .put("description", parameter.description());
            }
        }
        return mapper.writeValueAsString(root);
    }
}
