package starling.models.run;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import starling.models.UnfitException;

/** Opens ONNX Runtime sessions with the settings that suit devices which share their cores: no spinning, few threads. */
public final class Sessions {
    private Sessions() {}

    /** The process-wide environment. */
    public static OrtEnvironment environment() {
        return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "starling");
    }

    /**
     * Opens a session.
     *
     * @param what names the model in an error
     * @param model the serialised model
     * @param threads threads inside one operator
     * @throws UnfitException when ONNX Runtime refuses the model
     */
    public static OrtSession open(String what, byte[] model, int threads) {
        return open(what, model, threads, OrtSession.SessionOptions.OptLevel.ALL_OPT);
    }

    static OrtSession open(String what, byte[] model, int threads, OrtSession.SessionOptions.OptLevel level) {
        return open(what, options -> environment().createSession(model, options), threads, level);
    }

    /** Opens a session that runs hardly ever, as the model is, without a further copy of it in this program's memory. */
    static OrtSession open(String what, ModelFile model) {
        return open(
                what,
                options -> environment().createSession(model.path().toString(), options),
                1,
                OrtSession.SessionOptions.OptLevel.NO_OPT);
    }

    private interface Opening {
        OrtSession with(OrtSession.SessionOptions options) throws OrtException;
    }

    private static OrtSession open(
            String what, Opening opening, int threads, OrtSession.SessionOptions.OptLevel level) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(level);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            if (level == OrtSession.SessionOptions.OptLevel.NO_OPT) {
                frugal(options);
            }
            return opening.with(options);
        } catch (OrtException e) {
            throw new UnfitException(what + ": ONNX Runtime refuses the model: " + firstLine(e), e);
        }
    }

    /** For a session that runs hardly ever: weights are not packed a second time, memory is not kept for later. */
    public static void frugal(OrtSession.SessionOptions options) throws OrtException {
        options.addConfigEntry("session.disable_prepacking", "1");
        options.setCPUArenaAllocator(false);
    }

    /** What ONNX Runtime says, without the temporary file that it read the model from. */
    public static String withoutFile(String message) {
        return message.replaceFirst("Load model from \\S+ failed: ?", "");
    }

    static String firstLine(OrtException e) {
        String message =
                withoutFile(String.valueOf(e.getMessage())).lines().findFirst().orElse("no reason given");
        return message.length() > 300 ? message.substring(0, 300) + "..." : message;
    }
}
