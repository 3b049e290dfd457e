/** The components of PatternFly that the page has, each from its own file: the whole of it brings all style sheets. */

export { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
export { Button } from "@patternfly/react-core/dist/esm/components/Button";
export { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
export { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
export { EmptyState, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
export { Form, FormGroup, FormHelperText } from "@patternfly/react-core/dist/esm/components/Form";
export { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
export { HelperText, HelperTextItem } from "@patternfly/react-core/dist/esm/components/HelperText";
export { Label } from "@patternfly/react-core/dist/esm/components/Label";
export { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
export { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
export { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
export { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
export { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
export { Title } from "@patternfly/react-core/dist/esm/components/Title";
