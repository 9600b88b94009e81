package starling.learning.settings;

import java.util.List;
import java.util.Map;
import starling.codes.channel.Blocks;
import starling.codes.channel.Fading;
import starling.codes.channel.Offsets;
import starling.codes.channel.PathLoss;
import starling.learning.share.Sharing;
import starling.learning.uplink.CodeNames;
import starling.models.training.Optimizer;

/** What each section of a trial file becomes. */
final class Sections {
    private static final double INFINITE = Double.POSITIVE_INFINITY;
    private static final int MOST = 1 << 20;

    private enum By {
        IID,
        LABEL,
        DIRICHLET,
        UNBALANCED,
        USER,
        OWN
    }

    private enum Optimizing {
        SGD,
        MOMENTUM,
        ADAM
    }

    private enum Mode {
        DIGITAL,
        OVER_THE_AIR
    }

    private enum Law {
        CONSTANT,
        RAYLEIGH,
        RICIAN,
        SELECTIVE
    }

    private Sections() {}

    static Sharing sharing(Section section) {
        Sharing sharing = section.made(in -> switch (in.word("by", By.IID)) {
            case IID -> new Sharing.Iid();
            case LABEL -> new Sharing.ByLabel(in.integer("labels", 2, 1, MOST));
            case DIRICHLET -> new Sharing.Dirichlet(in.decimal("alpha", 0.5, 0, 1e6));
            case UNBALANCED -> new Sharing.Unbalanced(in.decimal("spread", 1, 0, 5));
            case USER -> new Sharing.ByUser(in.text("users"));
            case OWN -> new Sharing.Own();
        });
        section.end();
        return sharing;
    }

    static Local local(Section section) {
        Local local = new Local(
                section.integer("steps", 1, 1, MOST),
                section.integer("batch", 32, 1, MOST),
                section.decimal("rate", 0.1, Double.MIN_NORMAL, 1e6));
        section.end();
        return local;
    }

    static Server server(Section section) {
        double weightDecay = section.decimal("weight-decay", 0, 0, 1e6);
        Optimizing how = section.word("optimizer", Optimizing.SGD);
        Optimizer optimizer = section.made(in -> switch (how) {
            case SGD -> new Optimizer.Sgd(0, weightDecay);
            case MOMENTUM -> new Optimizer.Sgd(in.decimal("momentum", 0.9, 0, 1), weightDecay);
            case ADAM ->
                new Optimizer.Adam(
                        in.decimal("first-moment", 0.9, 0, 1),
                        in.decimal("second-moment", 0.999, 0, 1),
                        in.decimal("epsilon", 1e-8, 0, 1),
                        weightDecay);
        });
        double rate = section.decimal("rate", how == Optimizing.ADAM ? 0.001 : 0.1, Double.MIN_NORMAL, 1e6);
        Server server = new Server(optimizer, rate, section.decimal("decay", 1, Double.MIN_NORMAL, 1));
        section.end();
        return server;
    }

    static Uplink uplink(Section section) {
        Mode mode = section.word("mode", Mode.DIGITAL);
        Double feedback =
                section.has("feedback") ? (Double) section.decimal("feedback", 1, Double.MIN_NORMAL, 1) : null;
        Uplink uplink = mode == Mode.DIGITAL
                ? new Uplink.Digital(codes(section), feedback, air(section.section("channel")))
                : new Uplink.OverTheAir(
                        section.decimal("gain", 20, 1, 1e9),
                        section.integer("per-symbol", 1, 1, 2),
                        section.integer("refresh", 1, 1, MOST),
                        section.flag("masked", false),
                        feedback,
                        air(section.section("channel")));
        section.end();
        return uplink;
    }

    private static Map<String, String> codes(Section section) {
        if (section.has("codes")) {
            Section inner = section.section("codes");
            Map<String, String> codes = inner.texts();
            codes.forEach((name, code) -> inner.parsed(name, code, CodeNames::parse));
            return codes;
        }
        String code = section.text("code", "none");
        section.parsed("code", code, CodeNames::parse);
        return Map.of(CodeNames.WHOLE, code);
    }

    private static Air air(Section section) {
        double snr = section.has("snr") ? section.decimal("snr", 20, -30, 200) : INFINITE;
        Air air = section.made(in -> new Air(
                snr,
                attenuated(fading(in), in),
                in.decimal("estimation-error", 0, 0, 10),
                new Offsets(in.decimal("timing", 0, 0, 1e6), in.decimal("phase", 0, 0, 100)),
                in.has("downlink") ? in.decimal("downlink", 30, -30, 200) : INFINITE,
                in.has("clip") ? in.decimal("clip", 1, Double.MIN_NORMAL, 1e9) : INFINITE));
        section.end();
        return air;
    }

    private static Fading fading(Section in) {
        return switch (in.word("fading", Law.CONSTANT)) {
            case CONSTANT -> new Fading.Constant();
            case RAYLEIGH -> new Fading.Rayleigh(blocks(in));
            case RICIAN -> new Fading.Rician(in.decimal("factor", 4, 0, 1e6), blocks(in));
            case SELECTIVE -> new Fading.Selective(profile(in), blocks(in));
        };
    }

    private static List<Double> profile(Section in) {
        List<Double> profile = in.decimals("profile", 0, 1e6);
        if (profile.isEmpty()) {
            throw in.misfit("profile", "must be a list of the mean powers of the paths");
        }
        return profile;
    }

    private static Blocks blocks(Section in) {
        int rounds = in.integer("block", 1, 1, MOST);
        return in.has("doppler")
                ? Blocks.moving(rounds, in.decimal("doppler", 0, 0, 1e6), in.decimal("block-seconds", 0.1, 1e-9, 1e6))
                : new Blocks(rounds, in.decimal("correlation", 0, -1, 1));
    }

    private static Fading attenuated(Fading fading, Section in) {
        if (!in.has("path-loss")) {
            return fading;
        }
        Section loss = in.section("path-loss");
        double reference = loss.decimal("reference", 50, Double.MIN_NORMAL, 1e9);
        Fading attenuated = new Fading.Attenuated(
                fading,
                new PathLoss(
                        loss.decimal("exponent", 3, 0, 10),
                        reference,
                        loss.decimal("nearest", reference, Double.MIN_NORMAL, 1e9),
                        loss.decimal("farthest", reference, Double.MIN_NORMAL, 1e9),
                        loss.decimal("shadowing", 0, 0, 40)));
        loss.end();
        return attenuated;
    }
}
