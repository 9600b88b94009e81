/** Tests of products on agents. */
@NullMarked
package starling.router.product;

import org.jspecify.annotations.NullMarked;
