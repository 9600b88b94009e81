package starling.experiments;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import starling.experiments.assign.AssignmentSpeed;
import starling.experiments.assign.LayerScaling;
import starling.experiments.bound.Theorem17;
import starling.experiments.budget.TunedBudgets;
import starling.experiments.budget.ValuesBudgets;
import starling.experiments.codes.CodeSpeed;
import starling.experiments.codes.FwhtSpeed;
import starling.experiments.costmodel.ExchangedData;
import starling.experiments.costmodel.ModelSizes;
import starling.experiments.costmodel.TimeBreakdown;
import starling.experiments.exchange.ExchangeSpeed;
import starling.experiments.findings.Experiment;
import starling.experiments.sensors.SensorRing;
import starling.experiments.setup.SensorSetup;
import starling.experiments.training.TrainingSpeed;

/** The one place that names every experiment. */
final class Catalogue {
    private static final List<Experiment> ALL = List.of(
            new AssignmentSpeed(),
            new ExchangeSpeed(),
            new ExchangedData(),
            new CodeSpeed(),
            new FwhtSpeed(),
            new LayerScaling(),
            new ModelSizes(),
            new SensorRing(),
            SensorSetup.region(),
            SensorSetup.digits(),
            SensorSetup.cameras(),
            new Theorem17(),
            new TimeBreakdown(),
            new TrainingSpeed(),
            new TunedBudgets(),
            new ValuesBudgets());

    private final List<Experiment> experiments;

    Catalogue(List<Experiment> experiments) {
        this.experiments = experiments;
    }

    static Catalogue complete() {
        return new Catalogue(ALL);
    }

    List<Experiment> experiments() {
        return experiments;
    }

    Optional<Experiment> find(String name) {
        return experiments.stream()
                .filter(experiment -> experiment.name().equals(name))
                .findFirst();
    }

    String names() {
        return experiments.stream().map(Experiment::name).collect(Collectors.joining(", "));
    }
}
