/** Multiplying for a router: shares that are kept, products by ONNX Runtime, and being slow on purpose for trials. */
@NullMarked
package starling.agent.compute;

import org.jspecify.annotations.NullMarked;
