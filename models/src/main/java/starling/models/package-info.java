/**
 * The ONNX model layer: safe loading, graph view, data sources, the plan and the runner that executes one worker's part.
 * This package itself holds only what every room below it needs to refuse bad input.
 */
@NullMarked
package starling.models;

import org.jspecify.annotations.NullMarked;
