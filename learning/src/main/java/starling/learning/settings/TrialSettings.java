package starling.learning.settings;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import starling.learning.share.Sharing;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Split;

/**
 * A trial of learning together, as its YAML file says it (docs/TRIALS.md has every field). Two trials with equal settings
 * learn the same model, bit for bit, on machines of one kind.
 *
 * @param model a network of the zoo, {@code builtin:NAME} for a shipped one, or an ONNX file
 * @param data what nodes learn from
 * @param test what the model is judged on
 * @param nodes at least 1
 * @param sharing how the samples are dealt
 * @param local what a node does in a round
 * @param participation pi, the probability that a node takes part in a round
 * @param uplink how updates reach the router
 * @param server how they move the model
 * @param rounds at most
 * @param evaluate rounds between judgements; the last is always judged
 * @param checkpoint rounds between checkpoints, 0 for none
 * @param stop accuracy at which the trial ends before its last round; above 1 for never
 * @param seed of everything random
 * @param asRun the settings as a YAML file with every default
 */
public record TrialSettings(
        String model,
        DataSpec data,
        DataSpec test,
        int nodes,
        Sharing sharing,
        Local local,
        double participation,
        Uplink uplink,
        Server server,
        int rounds,
        int evaluate,
        int checkpoint,
        double stop,
        long seed,
        String asRun) {
    private static final int MOST_NODES = 1 << 20;
    private static final double NEVER = 2;

    /**
     * Reads a file.
     *
     * @throws UnfitException when it cannot be read or a field breaks its rule; the sentence has file, line and field
     */
    public static TrialSettings read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
        } catch (MalformedInputException e) {
            throw new UnfitException("'" + file + "' must be text in UTF-8", e);
        } catch (IOException e) {
            throw new UnfitException(
                    "'" + file + "' cannot be read: " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
        }
    }

    /** Reads the text of a file of this name; errors as of {@link #read}. */
    public static TrialSettings parse(String file, String text) {
        Section root = Section.of(file, text);
        String model = root.text("model");
        String given = root.text("data");
        DataSpec data = root.parsed("data", given, DataSpec::parse);
        DataSpec test = root.parsed(
                "test",
                root.text("test", data.part(Split.TEST, Integer.MAX_VALUE).toString()),
                DataSpec::parse);
        int nodes = root.integer("nodes", 8, 1, MOST_NODES);
        Sharing sharing = Sections.sharing(root.section("share"));
        Local local = Sections.local(root.section("local"));
        double participation = root.decimal("participation", 1, Double.MIN_NORMAL, 1);
        Uplink uplink = Sections.uplink(root.section("uplink"));
        Server server = Sections.server(root.section("server"));
        int rounds = root.integer("rounds", 100, 1, 1_000_000_000);
        int evaluate = root.integer("evaluate", 10, 1, 1_000_000_000);
        int checkpoint = root.integer("checkpoint", 10, 0, 1_000_000_000);
        double stop = root.decimal("stop", NEVER, 0, NEVER);
        long seed = root.whole("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
        root.end();
        return new TrialSettings(
                model,
                data,
                test,
                nodes,
                sharing,
                local,
                participation,
                uplink,
                server,
                rounds,
                evaluate,
                checkpoint,
                stop,
                seed,
                dump(root.taken()));
    }

    private static String dump(Map<String, Object> fields) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(1000);
        return new Yaml(options).dump(fields);
    }
}
