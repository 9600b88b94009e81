package starling.experiments;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import starling.experiments.assign.AssignmentSpeed;
import starling.experiments.assign.LayerScaling;
import starling.experiments.bound.Theorem17;
import starling.experiments.budget.TunedBudgets;
import starling.experiments.budget.ValuesBudgets;
import starling.experiments.coded.BestWindows;
import starling.experiments.coded.CodedImages;
import starling.experiments.coded.CodedSpeed;
import starling.experiments.coded.CodedTraining;
import starling.experiments.coded.DecodingFigure;
import starling.experiments.coded.FactorCoding;
import starling.experiments.coded.LossFigures;
import starling.experiments.coded.PartialGradientDescent;
import starling.experiments.coded.PartialGradientFigure;
import starling.experiments.coded.ProductOverMqtt;
import starling.experiments.coded.ProtectionOverMqtt;
import starling.experiments.coded.ScoreVectorTables;
import starling.experiments.coded.SequentialCourse;
import starling.experiments.coded.SequentialFigure;
import starling.experiments.coded.SequentialTable;
import starling.experiments.coded.SparsityTable;
import starling.experiments.codes.BatchTimes;
import starling.experiments.codes.CodeSpeed;
import starling.experiments.codes.FwhtSpeed;
import starling.experiments.convergence.Races;
import starling.experiments.costmodel.ExchangedData;
import starling.experiments.costmodel.ModelSizes;
import starling.experiments.costmodel.TimeBreakdown;
import starling.experiments.exchange.ExchangeSpeed;
import starling.experiments.fidelity.ErrorWhileLearning;
import starling.experiments.fidelity.Fidelity;
import starling.experiments.fidelity.GammaBounds;
import starling.experiments.fidelity.IndirectError;
import starling.experiments.fidelity.NestedExample;
import starling.experiments.fidelity.SignalQuantization;
import starling.experiments.findings.Experiment;
import starling.experiments.overair.LearningOverTheAir;
import starling.experiments.overair.Lemma13;
import starling.experiments.overair.Lemma14;
import starling.experiments.overair.RlcVersusDigital;
import starling.experiments.overair.SimulationScale;
import starling.experiments.regression.LinearRegression;
import starling.experiments.sensors.SensorRing;
import starling.experiments.setup.SensorSetup;
import starling.experiments.training.TrainingSpeed;
import starling.experiments.transmitted.IndirectTable;
import starling.experiments.transmitted.NestedTable;
import starling.experiments.transmitted.SourceCodingTable;
import starling.experiments.trials.AgentsOverMqtt;

/** The one place that names every experiment. */
final class Catalogue {
    private static final List<Experiment> ALL = all(
            new AssignmentSpeed(),
            BatchTimes.indirect(),
            BatchTimes.sampling(),
            new CodeSpeed(),
            new ErrorWhileLearning(),
            new ExchangeSpeed(),
            new ExchangedData(),
            new Fidelity(),
            new FwhtSpeed(),
            new GammaBounds(),
            new IndirectError(),
            new IndirectTable(),
            new LayerScaling(),
            new Lemma13(),
            new Lemma14(),
            new LinearRegression(),
            new RlcVersusDigital(),
            LearningOverTheAir.cifarNet(),
            LearningOverTheAir.leNet(),
            new SignalQuantization(),
            new SimulationScale(),
            new AgentsOverMqtt(),
            new ModelSizes(),
            new NestedExample(),
            new NestedTable(),
            new SensorRing(),
            new SourceCodingTable(),
            SensorSetup.region(),
            SensorSetup.digits(),
            SensorSetup.cameras(),
            new Theorem17(),
            new TimeBreakdown(),
            new TrainingSpeed(),
            new TunedBudgets(),
            new ValuesBudgets(),
            new ScoreVectorTables(),
            new PartialGradientFigure(),
            new DecodingFigure(),
            LossFigures.overTime(),
            LossFigures.overAnswers(),
            LossFigures.bound(),
            new FactorCoding(),
            new BestWindows(),
            new CodedSpeed(),
            new CodedTraining(),
            new CodedImages(),
            new ProductOverMqtt(),
            new ProtectionOverMqtt(),
            new PartialGradientDescent(),
            new SequentialFigure(),
            new SequentialTable(),
            new SequentialCourse(),
            new SparsityTable());

    private static List<Experiment> all(Experiment... single) {
        List<Experiment> all = new ArrayList<>(List.of(single));
        all.addAll(Races.all());
        return List.copyOf(all);
    }

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
