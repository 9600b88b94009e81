package starling.experiments;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Settings;
import starling.models.command.Program;

/** Runs one experiment and writes what it found. */
@Command(
        name = "run",
        description =
                "Runs one experiment: findings.json and figures go to a new folder, exit code 1 if a required claim fails.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
final class RunCommand implements Callable<Integer> {
    private final Catalogue catalogue;

    @Parameters(paramLabel = "NAME", description = "The experiment; 'experiments list' names them all.")
    private String name;

    @Option(names = "--quick", description = "Take the quick values of all parameters that are not set.")
    private boolean quick;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Set a parameter; may be repeated.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder for the results.")
    private Path out;

    @Option(names = "--force", description = "Replace results that are in DIR already.")
    private boolean force;

    @Option(names = "--json", description = "Print the findings as one JSON object.")
    private boolean json;

    @Option(names = "--seed", description = "Where all random numbers come from (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Spec
    private CommandSpec spec;

    RunCommand(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public Integer call() {
        Experiment experiment = catalogue
                .find(name)
                .orElseThrow(
                        () -> wrongOption("there is no experiment '" + name + "': there are " + catalogue.names()));
        Settings settings = settings(experiment);
        ResultFolder folder = new ResultFolder(out, force);
        PrintWriter stdout = spec.commandLine().getOut();
        PrintWriter log = spec.commandLine().getErr();
        Findings findings = runAside(experiment, new Context(settings, seed, log));
        String text = findings.json(experiment.name(), settings.values());
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(ResultFolder.FINDINGS, (text + "\n").getBytes(StandardCharsets.UTF_8));
        for (Figure figure : findings.figures()) {
            files.put(figure.fileName(), figure.content());
        }
        folder.write(files);
        tell(findings, log);
        if (json) {
            stdout.println(text);
            stdout.flush();
        }
        return findings.succeeded() ? Program.SUCCESS : Program.FAILED;
    }

    private Settings settings(Experiment experiment) {
        try {
            return Settings.of(experiment.parameters(), set, quick);
        } catch (IllegalArgumentException e) {
            throw wrongOption(experiment.name() + ": " + e.getMessage());
        }
    }

    private ParameterException wrongOption(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /** Nothing an experiment or a library under it prints may reach standard output. */
    private static Findings runAside(Experiment experiment, Context context) {
        PrintStream standard = System.out;
        System.setOut(System.err);
        try {
            return experiment.run(context);
        } finally {
            System.setOut(standard);
        }
    }

    private void tell(Findings findings, PrintWriter log) {
        for (Claim claim : findings.claims()) {
            String verdict = claim.holds() ? "holds" : claim.required() ? "FAILS" : "differs";
            Double tolerance = claim.tolerance();
            String reason = claim.reason();
            log.println(verdict + "  " + claim.id() + ": " + claim.measured() + " against " + claim.paper()
                    + (tolerance == null ? "" : " within " + tolerance)
                    + (reason == null ? "" : ", because " + reason));
        }
        log.println("results in " + out);
        log.flush();
    }
}
