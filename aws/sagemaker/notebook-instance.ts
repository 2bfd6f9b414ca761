/** Notebook instances of SageMaker, and whether they run. */
import {
  paginateListNotebookInstances,
  SageMakerClient,
  StartNotebookInstanceCommand,
  StopNotebookInstanceCommand,
} from "@aws-sdk/client-sagemaker";
import { paged, write } from "../../sdk/call.ts";

export const listNotebookInstances = paged(
  "sagemaker:ListNotebookInstances",
  SageMakerClient,
  paginateListNotebookInstances,
  { items: (page) => page.NotebookInstances },
);

export const startNotebookInstance = write(
  "sagemaker:StartNotebookInstance",
  SageMakerClient,
  StartNotebookInstanceCommand,
  { on: "notebook-instance/*" },
);

export const stopNotebookInstance = write(
  "sagemaker:StopNotebookInstance",
  SageMakerClient,
  StopNotebookInstanceCommand,
  {
    on: "notebook-instance/*",
    inverse: [startNotebookInstance, ({ NotebookInstanceName }) => ({ NotebookInstanceName })],
    uncertain:
      "AWS measures nothing of what its notebooks do: what they hold in memory, and what lies outside the folder SageMaker, does not come back",
  },
);

/** What its owner has a schedule for: nobody is asked before it is stopped. */
export const stopNotebookInstanceByHours = write(
  "sagemaker:StopNotebookInstance",
  SageMakerClient,
  StopNotebookInstanceCommand,
  { on: "notebook-instance/*" },
);
